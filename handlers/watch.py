"""A flow has effects only after its last question: whoever writes earlier is stopped."""

from models.base.store import Session
from models.base.writes import writes


class WroteTooEarly(RuntimeError):
    """A flow wrote and then asked: a bug in the flow; the transaction is to be rolled back."""


class Watch:
    """Knows whether anything was written since it began; what was pending before is written first."""

    def __init__(self, session: Session) -> None:
        session.flush()
        self._session = session
        self._connection = session.at_hand()
        self._before = writes(self._connection)

    def check(self) -> None:
        """Raises `WroteTooEarly` where something was written or is about to be."""
        session = self._session
        wrote = writes(self._connection) != self._before
        if wrote or session.new or session.deleted or any(session.is_modified(row) for row in session.dirty):
            raise WroteTooEarly("a flow must ask everything before it writes anything")

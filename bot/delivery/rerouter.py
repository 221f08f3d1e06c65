"""While the template channel is closed for the day: what is urgent and waits for it is looked at again, each minute."""

import time

from models.base.clock import SystemClock
from models.base.store import Store
from models.messaging.planning.rerouting import reroute, stranded

_AGAIN_AFTER = 60.0
"""Seconds until a batch is looked at again: meanwhile somebody may have written, and so have an open window."""


class Rerouter:
    """A batch a step; which were looked at is known to this process alone."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._real = SystemClock()
        self._looked_at: dict[int, float] = {}

    def step(self) -> bool:
        """Moves what can be moved of one batch; False where there is none to look at."""
        now = time.monotonic()
        with self._store.read() as session:
            waiting = stranded(session, self._real.now())
        self._looked_at = {batch: at for batch, at in self._looked_at.items() if now - at < _AGAIN_AFTER}
        batch_id = next((each for each in waiting if each not in self._looked_at), None)
        if batch_id is None:
            return False
        with self._store.write() as session:
            reroute(session, batch_id, self._real.now())
        self._looked_at[batch_id] = now
        return True

"""What is wrong with a callback, or with us when it came; it carries a reason code and never the body."""

_FORBIDDEN = {"signature", "stale", "replayed", "wrong_app", "mode"}


class BadCallback(Exception):
    """A request that the platform would not have sent. `reason` is safe to log; `status` is what HTTP is told."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    @property
    def status(self) -> int:
        """413 for too large, 403 for who it claims to be, 400 for what it says."""
        if self.reason == "too_large":
            return 413
        return 403 if self.reason in _FORBIDDEN else 400


class NotKept(Exception):
    """The platform shall bring it again: a report that nobody reads an answer to and that could not be kept, or what
    there is no room for."""

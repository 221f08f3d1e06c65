"""The words leave by exactly one route: in the reply if they are ready in time, else as a delivery of their own.

An empty reply is the platform's leave to forget the message. A process that is killed between that reply and its commit
loses this one message; holding the reply back instead would cost the platform's patience for each late answer.
"""

import asyncio
import threading

from models.messaging.inbox import Route

DEADLINE_SECONDS = 4.0
"""The platform hangs up after 5 s; one is left for the way back."""

_COMMIT_SECONDS = 30.0


class Race:
    """The worker and the web server each claim a route once; the first claim holds for both."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._route: Route | None = None

    def claim(self, route: Route) -> bool:
        """Whether the words go by this route: claimed now, or by this side before (a transaction tried again)."""
        with self._lock:
            if self._route is None:
                self._route = route
            return self._route is route


async def in_time(
    words: "asyncio.Future[str | None]", race: Race, deadline_seconds: float = DEADLINE_SECONDS
) -> str | None:
    """The words for the reply, or None: there are none, or the deadline came first and whoever makes them must push
    them.

    They claim REPLY as the last thing before they commit. Where that was just before the deadline, the commit is
    waited for: were it to take longer than the platform waits, the platform asks again and gets the stored words.
    Raises what `words` raises.
    """
    loop = asyncio.get_running_loop()

    def late() -> None:
        if words.done():
            return
        if race.claim(Route.PUSH):
            words.set_result(None)
        else:
            loop.call_later(_COMMIT_SECONDS, give_up)

    def give_up() -> None:
        if not words.done():
            words.set_exception(TimeoutError())

    deadline = loop.call_later(deadline_seconds, late)
    try:
        return await words
    finally:
        deadline.cancel()

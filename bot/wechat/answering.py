"""The words leave by exactly one route: in the reply if they are ready in time, else as a delivery of their own.

An empty reply is the platform's leave to forget the message. A process that is killed between that reply and its commit
loses this one message; holding the reply back instead would cost the platform's patience for each late answer.
"""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Executor

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


async def answer_in_time(
    executor: Executor, job: Callable[[Race], str | None], deadline_seconds: float = DEADLINE_SECONDS
) -> str | None:
    """The words for the reply, or None: there are none, or the deadline came first and the job must push them.

    The job claims REPLY as the last thing before it commits. Where it did so just before the deadline, its commit is
    waited for: were that to take longer than the platform waits, the platform asks again and gets the stored words.
    Raises what the job raises.
    """
    race = Race()
    words = asyncio.wrap_future(executor.submit(job, race))
    # What a late job raises nobody awaits; asyncio would log it with its message.
    words.add_done_callback(lambda over: over.cancelled() or over.exception())
    done, _ = await asyncio.wait((words,), timeout=deadline_seconds)
    if not done and race.claim(Route.PUSH):
        return None
    return await asyncio.wait_for(words, _COMMIT_SECONDS)

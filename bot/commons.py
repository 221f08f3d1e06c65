"""What the threads of one process, or the processes of a city, have in common."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.delivery.throttle import Throttle
from bot.delivery.worker import POLL, Worker
from bot.loops import Loop
from bot.wechat.replays import Replays
from bot.wechat.token import Shelf

Ending = Callable[[], None]


@dataclass(frozen=True)
class Commons:
    """`rouse`: from now on wakes these workers when there is something for them, and returns how to end it. `poll`:
    seconds after which they look all the same."""

    shelf: Shelf
    throttle: Throttle
    replays: Replays
    rouse: Callable[[Sequence[Worker]], Ending]
    poll: float = POLL
    loops: tuple[Loop, ...] = ()

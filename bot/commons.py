"""What the threads of one process, or the processes of a city, have in common; one line of the settings says which."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.delivery.throttle import Throttle
from bot.delivery.worker import POLL, Worker
from bot.loops import Loop
from bot.settings import Settings
from bot.wechat.replays import Replays
from bot.wechat.token import InProcess, Shelf
from models.base.clock import Clock
from models.base.store import Store

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


def commons(settings: Settings, clock: Clock, store: Store) -> Commons:
    """Those of a city where Redis is named, else those of one process."""
    if settings.is_city:
        from bot.city.wiring import city  # Redis and Dramatiq are imported where they are used

        return city(settings, clock, store.vault)
    throttle = Throttle(clock, settings.delivery.in_flight, settings.delivery.per_minute)

    def rouse(workers: Sequence[Worker]) -> Ending:
        def wake(_news: Sequence[object]) -> None:
            for worker in workers:
                worker.wake()

        store.tell(wake)
        return lambda: None

    return Commons(shelf=InProcess(), throttle=throttle, replays=Replays(), rouse=rouse)

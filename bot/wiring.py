"""Whether the threads of one process have something in common, or the processes of a city: one line of the settings."""

from collections.abc import Sequence

from bot.commons import Commons, Ending
from bot.delivery.throttle import Throttle
from bot.delivery.worker import Worker
from bot.settings import Settings
from bot.wechat.replays import Replays
from bot.wechat.token import InProcess
from models.base.clock import Clock
from models.base.store import Store


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

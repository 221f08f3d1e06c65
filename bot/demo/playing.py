"""Puts the demo together: the world around it, the school, the bot with a clock that can be moved, and the menu."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.app import House, open_house
from bot.database import open_unchecked
from bot.demo.alone import alone_in
from bot.demo.hand import Hand
from bot.demo.school import load_school
from bot.demo.world import World, demo_phones
from bot.menu import account_menu
from bot.serving import Running
from models.base.clock import FileClock, SystemClock
from models.messaging.dispatch.leasing import is_waiting
from models.messaging.outbox import Lane
from models.migrations import upgrade
from scheduler.clockwork import due_tasks, tick
from scheduler.learning import ENROL

_TICK_SECONDS = 1.0


@dataclass(frozen=True)
class Playing:
    """A demo that runs."""

    world: World
    house: House
    hand: Hand

    def is_due(self, moment: datetime) -> bool:
        """Whether a rule or a message comes due by a moment; that newcomers are looked for is no reason to stop."""
        with self.house.store.read() as session:
            session.now = moment
            tasks = {task.name for task in due_tasks(session)}
            return bool(tasks - {ENROL}) or is_waiting(session, SystemClock().now(), lanes=tuple(Lane), not_channels=())

    def go_to(self, moment: datetime) -> None:
        """Turns the clock to a moment and does everything that is due, until nothing is."""
        self.hand.move_to(moment)
        self.settle()

    def settle(self) -> None:
        """Rules, sends and receipts, until nothing is due any more."""
        tick(self.house.store)
        while self.house.workers[-1].run_once():
            self.hand.idle()


@contextmanager
def open_demo(
    folder: Path, *, starts_at: datetime, bot_port: int = 0, phones_port: int = 0, by_itself: bool = True
) -> Iterator[Playing]:
    """A fresh demo in a folder that is emptied first. With `by_itself` rules and delivery run in the background; else
    whoever plays does each step, and only the web server listens. Raises Misconfigured where a demo runs in it."""
    with ExitStack() as stack:
        stack.enter_context(alone_in(folder))
        world = World(folder, bot_port or _free_port(), phones_port, starts_at)
        stack.callback(world.close)
        settings, clock = world.settings(), FileClock(world.clock_file)
        store = open_unchecked(settings, clock)
        upgrade(store.engine)
        load_school(store, demo_phones())
        store.close()
        house = open_house(settings, clock, demo=True, tick_seconds=_TICK_SECONDS)
        stack.enter_context(Running(house, schedule=by_itself, deliver=by_itself))
        house.client.create_menu(account_menu())
        yield Playing(world, house, Hand(world.url))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

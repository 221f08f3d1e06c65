"""The cast on a June morning, a phone for each, and duties that 王主任 has set for his school."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlmodel import col, select

from models.base.clock import SHANGHAI
from models.base.store import Store
from models.care.duties.kinds import kinds
from models.care.duties.orders import set_duty
from models.care.duties.tables import DutyTask
from models.messaging.outbox import Delivery
from models.roster.people import Duty, Person, give_duty
from models.roster.units import Unit
from scheduler.duties import see_to_duties
from scheduler.task import Made
from tests.care.conftest import Phone, told
from tests.cast import Cast
from tests.conftest import FrozenClock

__all__ = ["Phone", "told"]


def at(month: int, day: int, hour: int = 9, minute: int = 0, year: int = 2027) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=SHANGHAI)


class School:
    """柳溪小学 under 王主任, in 青禾县 under 张县长; time is moved day by day and the scheduler ticks."""

    def __init__(self, store: Store, cast: Cast, clock: FrozenClock) -> None:
        self.store, self.cast, self.clock = store, cast, clock

    def sets(self, *names: str, unit: int | None = None) -> None:
        """王主任 (or for another unit its own administrator) sets these kinds."""
        with self.store.write() as session:
            place = session.get_one(Unit, unit or self.cast.school)
            by = session.get_one(Person, self.cast.wang)
            for name in names:
                set_duty(session, by, place, kinds()[name])

    def tick(self, moment: datetime) -> list[Made]:
        self.clock.set(moment)
        return list(see_to_duties(self.store))

    def tasks(self) -> list[DutyTask]:
        with self.store.read() as session:
            return list(session.exec(select(DutyTask).order_by(col(DutyTask.opened_on), col(DutyTask.id))))

    def heard(self, person: int) -> list[str]:
        """What was said to a person, in order."""
        return [words for who, words in told(self.store) if who == person]

    def card(self, person: int) -> str:
        """What the card of the last message to a person shows below its title."""
        with self.store.read() as session:
            mine = select(Delivery).where(Delivery.person_id == person).order_by(col(Delivery.id).desc())
            line: str = session.exec(mine).first().words["card"]["thing2"]  # type: ignore[union-attr]
            return line

    def gives(self, who: int, duty: Duty, unit: int) -> None:
        with self.store.write() as session:
            give_duty(session, session.get_one(Person, who), session.get_one(Unit, unit), duty)


@pytest.fixture
def school(store: Store, cast: Cast, clock: FrozenClock) -> School:
    clock.set(at(6, 1, 8))
    return School(store, cast, clock)


@pytest.fixture
def wang(store: Store, cast: Cast) -> Phone:
    return Phone(store, "o-wang")


@pytest.fixture
def phone(store: Store, cast: Cast) -> Callable[[str], Phone]:
    return lambda openid: Phone(store, openid)

"""Stories of the ladder: a post office that takes everything, a scheduler that ticks, and phones that talk."""

from collections.abc import Callable, Collection
from datetime import timedelta

import pytest
from sqlmodel import col, select

from handlers.house import house_router
from handlers.said import Said
from models.base.clock import SystemClock
from models.base.store import Store
from models.messaging.dispatch.leasing import lease_next
from models.messaging.dispatch.results import Results, bring_in, give_back
from models.messaging.freezing.freezer import Freezer
from models.messaging.ladder.tables import PhoneCall
from models.messaging.outbox import Delivery, State
from models.messaging.outbox.settling import Outcome
from models.messaging.outbox.trying import begin
from models.roster.accounts import Account
from models.roster.consent import give_consent
from scheduler.clockwork import tick
from scheduler.ladder import climb_ladders
from scheduler.task import Made
from tests.cast import OPENIDS, Cast
from tests.conftest import FrozenClock

PAGES = "http://127.0.0.1:8080/p/"


class House:
    """The store with its clock; what goes out is noted by openid, in the order it went."""

    def __init__(self, store: Store, clock: FrozenClock) -> None:
        self.store, self.clock = store, clock
        self.out: list[tuple[str, str]] = []
        self._router, self._cause = house_router("青禾守望", PAGES), 0

    def send(self, *, blocked: Collection[str] = (), unknown: Collection[str] = ()) -> None:
        """Everything that may go now goes, and arrives; `blocked` accounts are refused, of `unknown` nobody knows."""
        freezer = Freezer(self.store)
        while freezer.step():
            pass
        real, lasts = SystemClock().now(), timedelta(seconds=30)
        while True:
            with self.store.write() as session:
                lease = lease_next(session, real, lasts)
                if lease is None:
                    return
                begin(session, lease.rows)
                outcomes = []
                for row in lease.rows:
                    if row.openid in blocked:
                        outcomes.append(Outcome(row.id, State.FAILED, "user_block"))
                    elif row.openid in unknown:
                        outcomes.append(Outcome(row.id, State.UNKNOWN, "interrupted"))
                    else:
                        outcomes.append(Outcome(row.id, State.SENT))
                        self.out.append((row.openid, row.kind))
                bring_in(session, Results(lease.batch_id, lease.fence, outcomes), real + lasts)
                give_back(session, lease.batch_id, lease.fence)

    def notices(self, openid: str) -> int:
        """How many notices an account got so far."""
        return sum(1 for got, kind in self.out if got == openid and kind == "notice")

    def later(self, **by: float) -> list[Made]:
        """The clock moves on, the scheduler ticks, and what it made goes out."""
        self.clock.advance(**by)
        made = self.tick()
        self.send()
        return made

    def tick(self) -> list[Made]:
        """What the scheduler does for ladders now."""
        return [each for each in tick(self.store) if each.what == "ladder"]

    def climb(self) -> list[Made]:
        """The same by a second scheduler, which does not know of the first."""
        return list(climb_ladders(self.store))

    def types(self, openid: str, *lines: str) -> str:
        """Somebody types; the answer to the last line."""
        answer: str | None = None
        for line in lines:
            self._cause += 1
            with self.store.write() as session:
                answer = self._router.answer(session, openid, Said("text", text=line), self._cause)
        return answer or ""

    def calls(self) -> dict[int, PhoneCall]:
        """The calls by guardian."""
        with self.store.read() as session:
            return {call.person_id: call for call in session.exec(select(PhoneCall))}

    def told(self, openid: str) -> list[str]:
        """The texts that were said to an account outside of its answers, oldest first."""
        with self.store.read() as session:
            query = (
                select(Delivery).where(Delivery.openid == openid, Delivery.kind == "task").order_by(col(Delivery.id))
            )
            return [row.words["text"] for row in session.exec(query)]


@pytest.fixture
def house(store: Store, clock: FrozenClock) -> House:
    return House(store, clock)


@pytest.fixture
def agreed(store: Store, cast: Cast) -> Cast:
    """The cast, with the consent of everyone."""
    with store.write() as session:
        for person_id in session.exec(select(Account.person_id)).all():
            if person_id is not None:
                give_consent(session, person_id)
    return cast


@pytest.fixture
def forget(store: Store) -> Callable[[str], None]:
    """Takes the account from somebody: not bound any more."""

    def unbind(who: str) -> None:
        with store.write() as session:
            session.get_one(Account, OPENIDS[who]).person_id = None

    return unbind

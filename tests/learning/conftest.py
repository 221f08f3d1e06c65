"""奶奶 at home and 爸爸 away, both bound and agreed, enrolled for 小满 (9) and 小川 (12)."""

from collections.abc import Iterator

import pytest
from sqlmodel import col, select

from models.base.store import Store
from models.learning.enrolments import enrol_all
from models.learning.wording import words_of
from models.messaging.outbox import Delivery
from models.roster.accounts import Account
from models.roster.consent import give_consent
from scheduler.learning import ask_checkins, send_digests
from scheduler.task import Made
from tests.cast import Cast
from tests.chats import Chats
from tests.conftest import FrozenClock


class Home:
    """The guardians' phones and the scheduler's learning side, on one store."""

    def __init__(self, store: Store, clock: FrozenClock, cast: Cast) -> None:
        self.store, self.clock, self.cast = store, clock, cast
        self.types = Chats(store)

    def tick(self) -> list[Made]:
        """What the scheduler's learning tasks do now."""
        return [made for task in (send_digests, ask_checkins) for made in task(self.store)]

    def said_to(self, person_id: int, kind: str = "lesson") -> list[Delivery]:
        """The deliveries to a person, in order."""
        with self.store.read() as session:
            query = select(Delivery).where(Delivery.person_id == person_id, Delivery.kind == kind)
            return list(session.exec(query.order_by(col(Delivery.planned_at), col(Delivery.id))))

    def words(self, person_id: int, kind: str = "lesson") -> list[str]:
        """What they say."""
        with self.store.read() as session:
            rows = [session.merge(row, load=False) for row in self.said_to(person_id, kind)]
            return [words_of(session, row)["text"] for row in rows]


@pytest.fixture
def home(store: Store, clock: FrozenClock, cast: Cast) -> Iterator[Home]:
    """Everyone with an account agreed; the guardians are enrolled on Tuesday, June 1, 2027."""
    with store.write() as session:
        for account in session.exec(select(Account)).all():
            if account.person_id is not None:
                give_consent(session, account.person_id)
        enrol_all(session)
    yield Home(store, clock, cast)

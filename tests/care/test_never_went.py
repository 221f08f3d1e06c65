"""A notice that was stopped, or lapsed, before anybody let it go is not said to be on its way."""

from collections.abc import Callable

from models.base.store import Store
from models.messaging import stopping
from models.messaging.approval import ask_approval, lapse
from models.messaging.status import status_document
from models.roster.people import Person
from tests.care.conftest import Phone
from tests.cast import Cast
from tests.conftest import FrozenClock
from tests.delivery.stories import drafted


def test_what_was_stopped_before_its_approval_is_said_to_have_reached_nobody(
    phone: Callable[[str], Phone], store: Store, cast: Cast
) -> None:
    with store.write() as session:
        wang, broadcast = session.get_one(Person, cast.wang), drafted(session, cast)
        ask_approval(session, broadcast, wang)
        stopping.stop(session, broadcast, wang)
    said = phone("o-wang").types("进度")
    assert "没有批，一位也没发" in said and "还在发 0，" in said
    with store.read() as session:
        document = status_document(session, broadcast)
    assert document["words"]["state"] == "没有批，一位也没发" and document["waiting"] == 0


def test_what_nobody_approved_in_time_is_said_to_have_reached_nobody(
    phone: Callable[[str], Phone], store: Store, cast: Cast, clock: FrozenClock
) -> None:
    with store.write() as session:
        ask_approval(session, drafted(session, cast), session.get_one(Person, cast.wang))
    clock.advance(hours=25)
    with store.write() as session:
        lapse(session)
    said = phone("o-wang").types("进度")
    assert "没有批，一位也没发" in said and "还在发 0，" in said

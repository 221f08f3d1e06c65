"""The status document: its numbers, and an ETag that changes when one of them does."""

from models.base.store import Store
from models.messaging.broadcasts import Broadcast
from models.messaging.phoning import to_phone
from models.messaging.status import status_document
from models.roster.people import Person
from tests.cast import OPENIDS, Cast
from tests.delivery.stories import approved
from tests.ladder.conftest import House
from tests.ladder.stories import flood


def test_the_document_counts_everyone_once_and_its_etag_stands_while_nothing_changes(
    house: House, store: Store, agreed: Cast
) -> None:
    broadcast_id = flood(store, agreed)

    def document() -> dict[str, object]:
        with store.read() as session:
            return status_document(session, session.get_one(Broadcast, broadcast_id))

    house.clock.advance(seconds=10)
    first = document()
    assert (first["planned"], first["waiting"], first["seconds_left"]) == (2, 2, None)
    house.send(unknown={OPENIDS["father"]})
    second = document()
    assert (second["waiting"], second["reached"], second["unknown"], second["not_reached"]) == (0, 1, 1, 1)
    assert (second["rate"], second["seconds_left"], second["state"]) == (0.2, 0, "done")
    assert second["phoning"] == {"told": 0, "open": 1, "missed": 0}  # before a call is opened as after it
    assert second["etag"] != first["etag"]
    house.clock.advance(seconds=30)
    assert document()["etag"] == second["etag"]
    house.later(minutes=20)  # a call for the father, a reminder for the grandmother
    third = document()
    assert third["calls"] == {"open": 1} and third["phoning"] == second["phoning"]
    with store.write() as session:
        named = list(to_phone(session, session.get_one(Broadcast, broadcast_id), session.get_one(Person, agreed.wang)))
    assert len(named) == 1
    assert third["etag"] != second["etag"]
    assert (third["planned"], sum(third["counts"].values())) == (2, 2)  # type: ignore[attr-defined]


def test_the_rate_says_how_long_it_takes_still(house: House, store: Store, agreed: Cast) -> None:
    with store.write() as session:
        broadcast = approved(session, agreed)
        found = status_document(session, broadcast)
        assert (found["rate"], found["seconds_left"]) == (0.0, None)

"""A backup is put back: what came due since is made up for and waits for a person, at whatever hour."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import col, select

from models.base.clock import SHANGHAI
from models.base.store import Store
from models.calendar.occurrences import Occurrence
from models.messaging.broadcasts import Broadcast, BroadcastState
from models.messaging.failures import stopped_work
from models.messaging.outbox import Batch, BatchState
from models.messaging.restoring import hold_open
from models.messaging.words import tell
from models.roster.people import Person
from scheduler.clockwork import Clockwork, catch_up, is_led, tick
from tests.cast import Cast
from tests.conftest import FrozenClock


@pytest.mark.parametrize(
    "restored_at", [datetime(2027, 6, 11, 12, tzinfo=SHANGHAI), datetime(2027, 6, 11, 23, 30, tzinfo=SHANGHAI)]
)
def test_what_came_due_since_the_copy_is_held_and_not_made_again(
    store: Store, clock: FrozenClock, approved: Cast, restored_at: datetime
) -> None:
    tick(store)
    clock.set(restored_at)  # the books know nothing of the days between
    catch_up(store)
    with store.write() as session:
        held = hold_open(session, "恢复")
    assert held.notices > 0
    with store.read() as session:
        found = session.exec(select(Broadcast)).all()
        assert {each.state for each in found} == {BroadcastState.PAUSED} and {each.trouble for each in found} == {
            "恢复"
        }
        assert {each.broadcast_id for each in stopped_work(session)} >= {each.id for each in found}
        assert not session.exec(select(Batch).where(Batch.state == BatchState.READY)).all()
    clock.set(restored_at + timedelta(hours=10))
    tick(store)
    with store.read() as session:
        later = session.exec(select(Occurrence).where(col(Occurrence.settled_at) > restored_at)).all()
        assert all(each.due_at > restored_at for each in later)


def test_words_to_one_person_wait_too_and_what_a_worker_had_is_nobodys(store: Store, cast: Cast) -> None:
    with store.write() as session:
        tell(session, session.get_one(Person, cast.lin), "一句话", key="one")
    with store.write() as session:
        session.exec(select(Batch)).one().lease_until = session.now + timedelta(hours=1)
    with store.write() as session:
        assert hold_open(session, "恢复").messages == 1
    with store.read() as session:
        batch = session.exec(select(Batch)).one()
        assert (batch.state, batch.trouble, batch.lease_until, batch.fence) == (BatchState.STOPPED, "恢复", None, 1)
    with store.write() as session:
        assert hold_open(session, "恢复").messages == 0  # what is held is held


def test_who_leads_is_seen(store: Store, clock: FrozenClock) -> None:
    assert not is_led(store, clock)
    clockwork = Clockwork(store, machine=clock)
    clockwork.beat()
    assert is_led(store, clock)
    clockwork.stop()
    assert not is_led(store, clock)

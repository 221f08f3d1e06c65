"""A draft is planned, and another person approves what was counted: who may, and what needs a new look."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from sqlmodel import select

from benchmarks.people import settle_crowd
from models.base.store import Store
from models.messaging.approval import approve, ask_approval, lapse
from models.messaging.audiences import Audience
from models.messaging.broadcasts import Broadcast, BroadcastState
from models.messaging.outbox import Channel, Delivery
from models.messaging.planning.counted import forecast
from models.messaging.planning.planner import draft
from models.roster.accounts import left
from models.roster.people import Duty, Person, give_duty
from models.roster.units import Unit
from tests.cast import OPENIDS, Cast
from tests.conftest import FrozenClock
from tests.delivery.stories import WATER, drafted, refused


def test_the_writer_cannot_approve_and_a_mentor_neither(store: Store, agreed: Cast) -> None:
    with store.write() as session:
        give_duty(session, session.get_one(Person, agreed.wang), session.get_one(Unit, agreed.school), Duty.APPROVER)
        broadcast = drafted(session, agreed)
        approvers = ask_approval(session, broadcast, session.get_one(Person, agreed.wang))
        assert [one.id for one in approvers] == [agreed.li]
        for person, key in ((agreed.wang, "second_person"), (agreed.lin, "not_approver")):
            with refused(f"broadcast.{key}"):
                approve(session, broadcast, session.get_one(Person, person), broadcast.digest)


def test_words_or_count_that_changed_need_a_new_look(store: Store, agreed: Cast) -> None:
    with store.write() as session:
        broadcast = drafted(session, agreed)
        li = session.get_one(Person, agreed.li)
        ask_approval(session, broadcast, session.get_one(Person, agreed.wang))
        with refused("broadcast.changed"):
            approve(session, broadcast, li, "another digest")
        broadcast.text_home += "改"
        with refused("broadcast.changed"):
            approve(session, broadcast, li, broadcast.digest)
        session.refresh(broadcast)


def test_a_draft_is_planned_and_what_was_counted_is_kept_with_it(
    store: Store, agreed: Cast, clock: FrozenClock
) -> None:
    with store.write() as session:
        broadcast = drafted(session, agreed)
        assert broadcast.state == BroadcastState.PLANNED and broadcast.planned_count == 2
        left(session, OPENIDS["father"])
        first = forecast(session, broadcast)
        assert first.seen.unreachable == {} and first.seen.channels == {Channel.TEMPLATE: 2}
    clock.advance(minutes=31)  # what was counted half an hour ago is counted anew
    with store.read() as session:
        again = forecast(session, session.get_one(Broadcast, broadcast.id))
        assert again.seen.unreachable == {"not_following": 1}
        assert again.phoning == {"not_following": ((agreed.lin, 1),)}
    with store.write() as session:
        broadcast = session.get_one(Broadcast, broadcast.id)
        ask_approval(session, broadcast, session.get_one(Person, agreed.wang))
        assert broadcast.state == BroadcastState.AWAITING
    clock.advance(hours=3)  # the second person sees what the writer saw
    with store.read() as session:
        assert forecast(session, session.get_one(Broadcast, broadcast.id)) == again


def test_a_draft_for_nobody_stays_a_draft_and_is_not_asked_for(store: Store, agreed: Cast) -> None:
    with store.write() as session:
        wang = session.get_one(Person, agreed.wang)
        broadcast = draft(session, wang, WATER, Audience(agreed.school, ages=(1, 1)), dedupe_key="nobody")
        assert broadcast.state == BroadcastState.DRAFT
        with refused("broadcast.nobody"):
            ask_approval(session, broadcast, wang)


def test_an_approval_comes_within_a_day_or_its_writer_hears_that_it_did_not(
    store: Store, agreed: Cast, clock: FrozenClock
) -> None:
    with store.write() as session:
        broadcast = drafted(session, agreed)
        ask_approval(session, broadcast, session.get_one(Person, agreed.wang))
    clock.advance(hours=24, seconds=1)
    with store.write() as session:
        with refused("broadcast.too_late"):
            approve(session, broadcast, session.get_one(Person, agreed.li), broadcast.digest)
        lapse(session)
        lapse(session)
    with store.read() as session:
        assert session.get_one(Broadcast, broadcast.id).state == BroadcastState.EXPIRED
        [told] = session.exec(select(Delivery).where(Delivery.person_id == agreed.wang))
        assert "没人批，没有发" in told.words["text"]


def test_a_mentor_writes_to_nobody_and_an_administrator_not_to_another_school(store: Store, agreed: Cast) -> None:
    with store.write() as session:
        other = session.get_one(Unit, session.get_one(Unit, agreed.other_class).parent_id)
        for person, unit in ((agreed.lin, agreed.school), (agreed.wang, other.id), (agreed.wang, agreed.county)):
            with refused("broadcast.not_allowed"):
                draft(session, session.get_one(Person, person), WATER, Audience(unit), dedupe_key=f"{person}{unit}")


def test_the_same_click_fifty_times_at_once_is_one_broadcast(store: Store, agreed: Cast) -> None:
    def click(_: int) -> int:
        with store.write() as session:
            return drafted(session, agreed).id

    with ThreadPoolExecutor(16) as pool:
        assert len(set(pool.map(click, range(50)))) == 1
    for _ in range(2):
        with store.write() as session:
            broadcast = session.exec(select(Broadcast)).one()
            if broadcast.state == BroadcastState.PLANNED:
                ask_approval(session, broadcast, session.get_one(Person, agreed.wang))
            approve(session, broadcast, session.get_one(Person, agreed.li), broadcast.digest)


def test_above_a_thousand_the_count_is_typed(store: Store, agreed: Cast) -> None:
    with store.write() as session:
        settle_crowd(session, session.get_one(Unit, agreed.class_), 1000)
        broadcast = drafted(session, agreed)
        ask_approval(session, broadcast, session.get_one(Person, agreed.wang))
        li = session.get_one(Person, agreed.li)
        with refused("broadcast.type_count"):
            approve(session, broadcast, li, broadcast.digest, 1001)
        settle_crowd(session, session.get_one(Unit, agreed.class_), 1, first=1001)
        with refused("broadcast.count_changed"):
            approve(session, broadcast, li, broadcast.digest, 1002)
        with refused("broadcast.count_changed"):
            approve(session, broadcast, li, broadcast.digest)
        approve(session, broadcast, li, broadcast.digest, 1003)
        assert broadcast.planned_count == 1003
        assert broadcast.expires_at - broadcast.not_before == timedelta(days=7)

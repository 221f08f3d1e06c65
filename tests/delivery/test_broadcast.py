"""A broadcast's life: drafted, seen, approved by somebody else, sent once to each guardian in their voice, answered."""

from dataclasses import replace

import pytest
from sqlmodel import select

from bot.delivery.worker import Worker
from models.base.facts import end
from models.base.store import Store
from models.messaging.acknowledgements import acknowledge, acknowledge_latest, mark_read
from models.messaging.approval import from_rule
from models.messaging.audiences import Audience
from models.messaging.broadcasts import Broadcast, BroadcastState
from models.messaging.outbox import Channel, Delivery, State
from models.messaging.phoning import to_phone
from models.messaging.planning.forecast import preview
from models.messaging.planning.planner import send_to_self
from models.messaging.progress import progress
from models.messaging.stopping import pause, resume, stop
from models.roster.accounts import Account, left
from models.roster.consent import withdraw_consent
from models.roster.people import Person
from models.roster.ties import wards_of
from tests.cast import OPENIDS, Cast
from tests.conftest import FrozenClock
from tests.delivery.stories import WATER, approved, drafted, outcomes, refused
from tests.freezing import freeze_all
from tests.simulator.running import Simulator


def test_the_grandmother_of_two_gets_one_card_and_the_father_away_another_voice(
    store: Store, agreed: Cast, worker: Worker, simulator: Simulator
) -> None:
    with store.write() as session:
        broadcast = approved(session, agreed)
    worker.drain()
    for who, fields in zip(("grandmother", "father"), WATER.cards, strict=True):
        [card] = simulator.shown(OPENIDS[who])
        assert card["fields"] == fields
    assert simulator.shown(OPENIDS["other_mother"]) == []  # another school
    with store.read() as session:
        voices = dict(session.exec(select(Delivery.person_id, Delivery.voice)).all())
        assert voices == {agreed.grandmother: "在家", agreed.father: "在外"}
        assert session.get_one(Broadcast, broadcast.id).state == BroadcastState.DONE
    worker.drain()
    assert len(simulator.shown(OPENIDS["grandmother"])) == 1


def test_the_preview_counts_everyone_and_says_who_cannot_be_reached_and_why(store: Store, agreed: Cast) -> None:
    with store.write() as session:
        left(session, OPENIDS["father"])
        seen = preview(session, drafted(session, agreed))
    assert (seen.count, seen.reachable, seen.channels) == (2, 1, {Channel.TEMPLATE: 1})
    assert seen.unreachable == {"not_following": 1} and seen.minutes == 1
    assert (seen.text_home, seen.text_away) == (WATER.home, WATER.away)


@pytest.mark.parametrize(
    ("how", "reason"), [("unbound", "unbound"), ("left", "not_following"), ("withdrew", "no_consent")]
)
def test_who_cannot_be_reached_is_a_row_with_the_reason_and_a_name_to_phone(
    store: Store, agreed: Cast, worker: Worker, simulator: Simulator, how: str, reason: str
) -> None:
    with store.write() as session:
        if how == "unbound":
            session.get_one(Account, OPENIDS["father"]).person_id = None
        elif how == "left":
            left(session, OPENIDS["father"])
        else:
            withdraw_consent(session, agreed.father)
        broadcast = approved(session, agreed)
    worker.drain()
    assert outcomes(store, broadcast.id)[agreed.father] == (State.UNREACHABLE, reason)
    assert simulator.shown(OPENIDS["father"]) == []
    with store.write() as session:
        wang = session.get_one(Person, agreed.wang)
        [call] = to_phone(session, session.get_one(Broadcast, broadcast.id), wang)
    assert (call.name, call.relation, call.reason, call.mentor) == ("张大河", "爸爸", reason, "林老师")


@pytest.mark.parametrize(("how", "state"), [("withdrew", State.UNREACHABLE), ("custody", State.CANCELLED)])
def test_recipients_are_asked_for_again_when_the_batch_is_taken(
    store: Store, agreed: Cast, worker: Worker, simulator: Simulator, clock: FrozenClock, how: str, state: State
) -> None:
    with store.write() as session:
        broadcast = approved(session, agreed)
    freeze_all(store)
    clock.advance(days=1)
    with store.write() as session:
        if how == "withdrew":
            withdraw_consent(session, agreed.father)
        else:
            for tie in wards_of(session, agreed.father):
                end(session, tie, by=None)
    worker.drain()
    assert outcomes(store, broadcast.id)[agreed.father][0] == state
    assert simulator.shown(OPENIDS["father"]) == [] and len(simulator.shown(OPENIDS["grandmother"])) == 1


def test_an_ordinary_notice_waits_for_the_morning(
    store: Store, agreed: Cast, worker: Worker, simulator: Simulator, clock: FrozenClock
) -> None:
    clock.advance(hours=12)  # 22:00
    with store.write() as session:
        approved(session, agreed)
    worker.drain()
    assert simulator.shown(OPENIDS["grandmother"]) == []
    clock.advance(hours=9, minutes=31)
    worker.drain()
    assert len(simulator.shown(OPENIDS["grandmother"])) == 1


def test_a_notice_that_began_by_day_stops_at_night_and_expires_with_a_record(
    store: Store, agreed: Cast, worker: Worker, simulator: Simulator, clock: FrozenClock
) -> None:
    with store.write() as session:
        broadcast = approved(session, agreed, replace(WATER, quiet="drop"))
    clock.advance(hours=12)
    worker.drain()
    assert simulator.shown(OPENIDS["grandmother"]) == []
    assert set(outcomes(store, broadcast.id).values()) == {(State.EXPIRED, "")}
    with store.read() as session:
        assert session.get_one(Broadcast, broadcast.id).state == BroadcastState.EXPIRED


def test_a_rule_sends_once_per_occurrence_under_a_standing_approval(
    store: Store, agreed: Cast, worker: Worker, simulator: Simulator
) -> None:
    for _ in range(2):
        with store.write() as session:
            li = session.get_one(Person, agreed.li)
            from_rule(session, WATER, Audience(agreed.county), occurrence="flood:2027-06-01", approved_by=li)
        worker.drain()
    assert [len(simulator.shown(OPENIDS[who])) for who in ("grandmother", "father", "other_mother")] == [1, 1, 1]
    with store.write() as session, refused("broadcast.not_approver"):
        wang = session.get_one(Person, agreed.wang)
        from_rule(session, WATER, Audience(agreed.school), occurrence="flood:2", approved_by=wang)


def test_stop_cancels_whoever_has_not_got_it(store: Store, agreed: Cast, worker: Worker, simulator: Simulator) -> None:
    with store.write() as session:
        broadcast = approved(session, agreed)
        stop(session, broadcast, session.get_one(Person, agreed.wang))
    worker.drain()
    assert set(outcomes(store, broadcast.id).values()) == {(State.CANCELLED, "")}
    assert simulator.shown(OPENIDS["grandmother"]) == []
    with store.write() as session, refused("broadcast.not_running"):
        stop(session, broadcast, session.get_one(Person, agreed.wang))


def test_what_is_out_cannot_be_paused_and_is_not_said_to_be_at_rest(store: Store, agreed: Cast, worker: Worker) -> None:
    with store.write() as session:
        broadcast = approved(session, agreed)
    worker.drain()
    with store.write() as session, refused("broadcast.all_out"):
        pause(session, broadcast, session.get_one(Person, agreed.wang))


def test_pause_holds_and_resume_goes_on(store: Store, agreed: Cast, worker: Worker, simulator: Simulator) -> None:
    with store.write() as session:
        broadcast = approved(session, agreed)
        wang = session.get_one(Person, agreed.wang)
        pause(session, broadcast, wang)
    worker.drain()
    assert simulator.shown(OPENIDS["grandmother"]) == []
    with store.write() as session:
        resume(session, broadcast, wang)
    worker.drain()
    assert len(simulator.shown(OPENIDS["grandmother"])) == 1


def test_the_writer_gets_both_voices_first_and_nobody_else_anything(
    store: Store, agreed: Cast, worker: Worker, simulator: Simulator
) -> None:
    with store.write() as session:
        broadcast = drafted(session, agreed)
        rows = send_to_self(session, broadcast, session.get_one(Person, agreed.wang))
        assert [row.words["text"] for row in rows] == [WATER.home, WATER.away]
    worker.drain()
    assert len(simulator.shown(OPENIDS["wang"])) == 2 and simulator.shown(OPENIDS["grandmother"]) == []


def test_an_answer_of_1_acknowledges_the_latest_notice_once(
    store: Store, agreed: Cast, worker: Worker, clock: FrozenClock
) -> None:
    with store.write() as session:
        broadcast = approved(session, agreed)
    worker.drain()
    with store.write() as session:
        answered = acknowledge_latest(session, agreed.grandmother)
        assert answered is not None and answered.broadcast_id == broadcast.id
        assert acknowledge_latest(session, agreed.grandmother) is None
        assert acknowledge_latest(session, agreed.lin) is None
    with store.read() as session:
        found = progress(session, session.get_one(Broadcast, broadcast.id))
    assert (found.acknowledged, found.reached, found.waiting, found.not_reached) == (1, 2, 0, 0)


def test_reading_and_acknowledging_only_go_forward_and_only_by_the_person(
    store: Store, agreed: Cast, worker: Worker, clock: FrozenClock
) -> None:
    with store.write() as session:
        approved(session, agreed)
    worker.drain()
    with store.write() as session:
        row = session.exec(select(Delivery).where(Delivery.person_id == agreed.father)).one()
        assert mark_read(session, row.id, agreed.father).state == State.READ
        first = acknowledge(session, row.id, agreed.father).acknowledged_at
    clock.advance(hours=1)
    with store.write() as session:
        assert mark_read(session, row.id, agreed.father).state == State.ACKNOWLEDGED
        assert acknowledge(session, row.id, agreed.father).acknowledged_at == first
        with refused("broadcast.not_yours"):
            acknowledge(session, row.id, agreed.grandmother)

"""Leases and fences: who holds a batch, what a worker may still say after it was away, and what goes first."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, select

from models.base.clock import SHANGHAI
from models.base.store import Store
from models.messaging.dispatch.leasing import Lease, lease_next
from models.messaging.dispatch.results import Results, Standing, bring_in, give_back
from models.messaging.outbox import Batch, Channel, Delivery, Lane, Post, State, post_many
from models.messaging.outbox.settling import Outcome
from models.messaging.outbox.trying import begin
from models.roster.consent import give_consent, withdraw_consent
from tests.cast import OPENIDS, Cast
from tests.conftest import FrozenClock

REAL = datetime(2027, 6, 1, 2, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def fill(
    store: Store, cast: Cast, lane: Lane = Lane.ANSWER, channel: Channel = Channel.TEMPLATE, kind: str = "task"
) -> None:
    with store.write() as session:
        people = {"lin": cast.lin, "chen": cast.chen, "zhou": cast.zhou}
        posts = [Post(f"{lane}:{who}", person, OPENIDS[who], {"text": who}) for who, person in people.items()]
        assert len(post_many(session, posts, kind="task", channel=channel, lane=lane)) == 3


def lease(store: Store, real: datetime = REAL, lanes: tuple[Lane, ...] = tuple(Lane)) -> Lease | None:
    """A lease whose rows are all on their way."""
    with store.write() as session:
        taken = lease_next(session, real, MINUTE, lanes=lanes)
        begin(session, taken.rows if taken else [])
        return taken


def states(store: Store) -> list[tuple[State, str]]:
    with store.read() as session:
        return [(State(row.state), row.reason) for row in session.exec(select(Delivery).order_by(col(Delivery.id)))]


def test_a_batch_is_held_by_one_worker_until_its_lease_runs_out(store: Store, cast: Cast) -> None:
    fill(store, cast)
    first = lease(store)
    assert first is not None and len(first.rows) == 3 and first.fence == 1
    assert lease(store, REAL + MINUTE - timedelta(seconds=1)) is None
    second = lease(store, REAL + MINUTE + timedelta(seconds=1))
    assert second is not None and second.fence == 2
    assert all(row.tried_before is not None for row in second.rows)


def test_first_try_is_durable_before_anything_can_leave(store: Store, cast: Cast, clock: FrozenClock) -> None:
    fill(store, cast)
    assert lease(store) is not None
    with store.read() as session:
        assert {row.first_try_at for row in session.exec(select(Delivery))} == {clock.now()}
    clock.advance(minutes=5)
    assert lease(store, REAL + 2 * MINUTE) is not None
    with store.read() as session:
        assert {row.first_try_at for row in session.exec(select(Delivery))} == {clock.now() - timedelta(minutes=5)}


def test_of_a_worker_that_was_away_only_proof_counts(store: Store, cast: Cast) -> None:
    fill(store, cast)
    away, there = lease(store), lease(store, REAL + 2 * MINUTE)
    assert away is not None and there is not None
    ids = sorted(row.id for row in away.rows)
    late = Results(away.batch_id, away.fence, [Outcome(ids[0], State.SENT, msgid="9"), Outcome(ids[1], State.FAILED)])
    late.untried.append(ids[2])
    with store.write() as session:
        assert bring_in(session, late, REAL + 9 * MINUTE) == Standing.LOST
        give_back(session, away.batch_id, away.fence)
    assert [state for state, _ in states(store)] == [State.SENT, State.TRYING, State.TRYING]
    with store.read() as session:
        assert session.get_one(Batch, there.batch_id).lease_until == REAL + 3 * MINUTE


def test_attempted_words_without_a_key_are_unknown_when_another_takes_over(store: Store, cast: Cast) -> None:
    fill(store, cast, channel=Channel.CUSTOM)
    assert lease(store) is not None
    taken = lease(store, REAL + 2 * MINUTE)
    assert taken is not None and taken.rows == []
    assert states(store) == [(State.UNKNOWN, "interrupted")] * 3


def test_what_was_certainly_not_sent_goes_again_as_if_it_had_never_been_tried(store: Store, cast: Cast) -> None:
    fill(store, cast, channel=Channel.CUSTOM)
    first = lease(store)
    assert first is not None
    results = Results(first.batch_id, first.fence, untried=[row.id for row in first.rows])
    with store.write() as session:
        assert bring_in(session, results, REAL + MINUTE) == Standing.HELD
        give_back(session, first.batch_id, first.fence)
    again = lease(store)
    assert again is not None and [row.tried_before for row in again.rows] == [None] * 3


def test_a_settled_row_is_never_taken_again(store: Store, cast: Cast) -> None:
    fill(store, cast)
    first = lease(store)
    assert first is not None
    done = [Outcome(row.id, State.SENT, msgid=str(row.id)) for row in first.rows[:2]]
    with store.write() as session:
        bring_in(session, Results(first.batch_id, first.fence, done), REAL + MINUTE)
    second = lease(store, REAL + 2 * MINUTE)
    assert second is not None and [row.id for row in second.rows] == [first.rows[2].id]


def test_the_urgent_go_first_then_answers_then_notices_then_lessons(store: Store, cast: Cast) -> None:
    for lane in reversed(Lane):
        fill(store, cast, lane)
    taken = [lease(store) for _ in Lane]
    assert [one.lane for one in taken if one] == list(Lane)


@pytest.mark.parametrize("hour", [22, 3])
def test_at_night_only_alerts_and_answers_go(store: Store, cast: Cast, clock: FrozenClock, hour: int) -> None:
    for lane in Lane:
        fill(store, cast, lane)
    clock.advance(hours=(hour - 10) % 24)
    taken = [lease(store) for _ in Lane]
    assert [one.lane for one in taken if one] == [Lane.URGENT, Lane.ANSWER]


def test_a_worker_for_urgent_words_leaves_lessons_alone(store: Store, cast: Cast) -> None:
    fill(store, cast, Lane.LESSON)
    assert lease(store, lanes=(Lane.URGENT, Lane.ANSWER)) is None
    assert lease(store) is not None


def test_lessons_go_only_to_those_who_still_mind_a_child_and_agree(store: Store, cast: Cast) -> None:
    with store.write() as session:
        people = {"lin": cast.lin, "father": cast.father, "grandmother": cast.grandmother}
        give_consent(session, cast.grandmother)
        give_consent(session, cast.lin)
        withdraw_consent(session, cast.father)
        posts = [Post(who, person, OPENIDS[who], {"text": who}) for who, person in people.items()]
        post_many(session, posts, kind="lesson", channel=Channel.TEMPLATE, lane=Lane.LESSON)
    taken = lease(store)
    assert taken is not None and [row.openid for row in taken.rows] == [OPENIDS["grandmother"]]
    assert states(store) == [
        (State.CANCELLED, "not_guardian"),
        (State.UNREACHABLE, "no_consent"),
        (State.TRYING, ""),
    ]


def test_what_was_leased_in_the_evening_stops_when_the_night_begins(
    store: Store, cast: Cast, clock: FrozenClock
) -> None:
    clock.set(datetime(2027, 6, 1, 21, 29, 59, tzinfo=SHANGHAI))
    fill(store, cast, Lane.NOTICE)
    held = lease(store)
    assert held is not None and len(held.rows) == 3
    with store.write() as session:
        assert bring_in(session, Results(held.batch_id, held.fence), REAL + MINUTE) == Standing.HELD
    clock.advance(seconds=1)
    with store.write() as session:
        late = Results(held.batch_id, held.fence, untried=[row.id for row in held.rows])
        assert bring_in(session, late, REAL + MINUTE) == Standing.STOP
        give_back(session, held.batch_id, held.fence)
    assert lease(store) is None
    clock.set(datetime(2027, 6, 2, 7, 30, tzinfo=SHANGHAI))
    morning = lease(store)
    assert morning is not None and [row.tried_before for row in morning.rows] == [None] * 3


def test_a_clock_that_was_turned_back_does_not_make_an_old_try_new(
    store: Store, cast: Cast, clock: FrozenClock
) -> None:
    fill(store, cast)
    clock.advance(hours=2)
    assert lease(store) is not None
    clock.advance(minutes=-30)
    lease(store, REAL + 2 * MINUTE)
    assert states(store) == [(State.UNKNOWN, "too_late_to_retry")] * 3

"""Rung 3: whoever is to be phoned becomes a call on one person's list, who is told that there is one."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, func, select

from models.base.ids import new_id
from models.base.prepared import Prepared
from models.base.store import Session
from models.base.texts import say
from models.base.turns import take_turn
from models.messaging.broadcasts import ENDED_EARLY, Broadcast
from models.messaging.ladder.callers import callers
from models.messaging.ladder.tables import CallOutcome, PhoneCall
from models.messaging.ladder.whom import LOST, ties_of
from models.messaging.outbox import UNSETTLED, Delivery, Lane, State
from models.messaging.words import tell
from models.roster.people import Person

NAMED = ("unbound", "not_following", "no_consent", "no_quota", "no_channel")
"""Reasons of a delivery that have words of their own; any other is the platform's refusal."""


def list_calls(session: Session, broadcast: Broadcast, people: Sequence[int], rung: str) -> int:
    """Opens a call for each of these people, at most 100, and returns how many; who has one keeps it.

    `rung` ("at_once", "silent") makes it one message to each caller, not one for each call. Nobody is asked to phone
    about a notice that was stopped meanwhile.
    """
    take_turn(session, "calls", broadcast.id)  # a caller is told once, whoever comes first
    if session.exec(select(Broadcast.state).where(Broadcast.id == broadcast.id)).one() in ENDED_EARLY:
        return 0
    rows = _rows(session, broadcast, people)
    ties: dict[int, list[Any]] = {}
    for tie in ties_of(session, broadcast, list(rows)):
        ties.setdefault(tie.person_id, []).append(tie)
    asked = callers(session, [tie for mine in ties.values() for tie in mine])
    pages: dict[int, int] = {}
    values = []
    for person_id, mine in ties.items():
        tie = min(mine, key=lambda one: (one.reached, one.child_id))
        caller = next((each for each in asked[tie.child_id] if each != person_id), None)
        if caller is not None and caller not in pages:
            pages[caller] = tell_caller(session, broadcast, caller, rung).id
        values.append(_call(session, broadcast, person_id, rows[person_id], tie, mine, caller, pages))
    if not values:
        return 0
    # Dialect switch: both say ON CONFLICT DO NOTHING, each through its own construct.
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    insert = dialect.insert(PhoneCall).on_conflict_do_nothing(index_elements=["broadcast_id", "person_id"])
    session.connection().execute(insert, values)
    ids = [value["id"] for value in values]
    return session.exec(select(func.count()).where(col(PhoneCall.id).in_(ids))).one()


def spare_families(session: Session, call_ids: Sequence[int]) -> None:
    """Settles calls that are needless since somebody of the family answered, at most 500."""
    _settle(session, CallOutcome.FAMILY, col(PhoneCall.id).in_(call_ids), col(PhoneCall.outcome).is_(None))


_ANSWERED = Prepared(
    sa.update(PhoneCall)
    .where(col(PhoneCall.broadcast_id) == sa.bindparam("broadcast"), col(PhoneCall.person_id) == sa.bindparam("person"))
    .where(
        col(PhoneCall.outcome).is_(None) | col(PhoneCall.outcome).not_in((CallOutcome.TOLD, CallOutcome.ANSWERED)),
    )
    .values(outcome=CallOutcome.ANSWERED, settled_by=None)
)


def answered(session: Session, broadcast_id: int, person_id: int) -> None:
    """The guardian answered: no call is needed any more, also after one that nobody took."""
    values = {"broadcast": broadcast_id, "person": person_id, "settled_at": session.now}
    _ANSWERED.run(session, values)


def let_lapse(session: Session, broadcast: Broadcast, at_most: int) -> int:
    """The notice is over: settles open calls, and returns how many, 0 when there are none."""
    return len(_settle_open(session, broadcast, CallOutcome.LAPSED, at_most))


def call_off(session: Session, broadcast: Broadcast, at_most: int) -> int:
    """The notice was stopped: settles open calls, tells each of the callers once, and returns how many calls."""
    settled = _settle_open(session, broadcast, CallOutcome.CALLED_OFF, at_most)
    text, title = say("calls.called_off", title=broadcast.title), say("calls.called_off_title")
    for caller in sorted({caller for caller in settled.values() if caller is not None}):
        key = f"called_off:{broadcast.id}:{caller}"
        tell(session, session.get_one(Person, caller), text, key=key, lane=_lane(broadcast), title=title)
    return len(settled)


def reason_of(row: Delivery) -> str:
    """Why somebody is phoned: a code of the texts `reason.*`."""
    if row.reason in NAMED:
        return row.reason
    if row.state in UNSETTLED:
        return "waiting"
    if row.state in LOST:
        return "refused"
    return {State.UNKNOWN: "unknown", State.EXPIRED: "expired"}.get(State(row.state), "silent")


def _rows(session: Session, broadcast: Broadcast, people: Sequence[int]) -> dict[int, Delivery]:
    """The row of each that says why: the latest one, save for a reminder that is on its way. Who answered meanwhile has
    none."""
    query = select(Delivery).where(
        Delivery.broadcast_id == broadcast.id,
        col(Delivery.rung) <= 1,
        col(Delivery.person_id).in_(people),
        Delivery.state < State.ACKNOWLEDGED,
        (col(Delivery.rung) == 0) | col(Delivery.state).not_in(UNSETTLED),
        col(Delivery.told_at).is_(None),
    )
    rows = session.exec(query.order_by(col(Delivery.rung))).all()
    return {row.person_id: row for row in rows if row.person_id is not None}


def _call(
    session: Session,
    broadcast: Broadcast,
    person_id: int,
    row: Delivery,
    tie: Any,
    mine: Sequence[Any],
    caller: int | None,
    pages: dict[int, int],
) -> dict[str, Any]:
    return {
        "id": new_id(),
        "broadcast_id": broadcast.id,
        "person_id": person_id,
        "child_id": tie.child_id,
        "caller_id": caller,
        "page_id": pages.get(caller) if caller is not None else None,
        "at_home": any(each.at_home for each in mine),
        "reason": reason_of(row),
        "opened_at": session.now,
        "next_at": session.now,
        "tries": 0,
    }


def tell_caller(session: Session, broadcast: Broadcast, caller: int, rung: str) -> Delivery:
    """Asks somebody to look at their list, once for each `rung`; the page of this message has the numbers."""
    text, title = say("calls.please", title=broadcast.title), say("calls.please_title")
    key = f"calls:{broadcast.id}:{caller}:{rung}"
    return tell(session, session.get_one(Person, caller), text, key=key, lane=_lane(broadcast), title=title)


def _lane(broadcast: Broadcast) -> Lane:
    return Lane.URGENT if broadcast.lane == Lane.URGENT else Lane.ANSWER


def _settle_open(session: Session, broadcast: Broadcast, outcome: CallOutcome, at_most: int) -> dict[int, int | None]:
    """The open calls that it settled, with the caller of each."""
    take_turn(session, "calls", broadcast.id)  # whoever lists calls right now has done so, or finds the notice over
    query = select(PhoneCall.id, PhoneCall.caller_id).where(
        PhoneCall.broadcast_id == broadcast.id, col(PhoneCall.outcome).is_(None)
    )
    found = dict(session.exec(query.order_by(col(PhoneCall.id)).limit(at_most)).all())
    _settle(session, outcome, col(PhoneCall.id).in_(found), col(PhoneCall.outcome).is_(None))
    return found


def _settle(session: Session, outcome: CallOutcome, *conditions: Any) -> None:
    values = {"outcome": outcome, "settled_at": session.now, "settled_by": None}
    session.connection().execute(sa.update(PhoneCall).where(*conditions).values(**values))

"""A call whose caller may not see the child any more goes to whoever is asked now: a mentor left, a child moved, a duty
ended. The one who had it finds it gone, and without this nobody else would have it on their list."""

from array import array
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from models.base.facts import holding
from models.base.store import Session
from models.base.turns import hold_these, take_turn
from models.messaging.broadcasts import Broadcast
from models.messaging.ladder.callers import Tie, callers
from models.messaging.ladder.listing import tell_caller
from models.messaging.ladder.steps import Steps
from models.messaging.ladder.tables import PhoneCall
from models.messaging.ladder.whom import Ids
from models.roster.children import Child
from models.roster.people import Staff
from models.roster.scope import OVERSEEING, TEACHING
from models.roster.ties import Guardianship, Pairing
from models.roster.units import Unit

_RUNG = "handed"


def out_of_sight(session: Session, broadcast: Broadcast, _steps: Steps) -> Ids:
    """The open calls (their ids) of children whom the caller does not see (`scope.full_scope`)."""
    caller, home = col(PhoneCall.caller_id), aliased(Unit)
    seen: list[sa.ColumnElement[bool]] = []
    for table in (Pairing, Guardianship):
        tie = holding(table, session.today).subquery()
        seen.append(sa.exists().where(tie.c.child_id == col(PhoneCall.child_id), tie.c.person_id == caller))
    duty, place = holding(Staff, session.today).subquery(), aliased(Unit)
    over = sa.exists().where(duty.c.person_id == caller, duty.c.duty.in_(OVERSEEING | TEACHING))
    seen.append(over.where(col(place.id) == duty.c.unit_id, col(home.path).startswith(col(place.path))))
    query = (
        sa.select(col(PhoneCall.id))
        .join(Child, (col(Child.id) == col(PhoneCall.child_id)) & col(Child.left_on).is_(None))
        .join(home, col(home.id) == col(Child.unit_id))
        .where(col(PhoneCall.broadcast_id) == broadcast.id, col(PhoneCall.outcome).is_(None), caller.is_not(None))
        .where(*(sa.not_(each) for each in seen))
    )
    return array("q", session.connection().scalars(query.order_by(col(PhoneCall.id))))


def hand_on(session: Session, broadcast: Broadcast, call_ids: Sequence[int]) -> int:
    """Gives each of these calls, at most 100, to whoever is asked now, who is told once; with nobody to ask it stays on
    the school's list alone. Returns how many there were."""
    take_turn(session, "calls", broadcast.id)
    hold_these(session, PhoneCall, call_ids)
    open_now = select(PhoneCall).where(col(PhoneCall.id).in_(call_ids), col(PhoneCall.outcome).is_(None))
    calls = session.exec(open_now.order_by(col(PhoneCall.id)).execution_options(populate_existing=True)).all()
    homes = select(Child.id, Child.unit_id).where(col(Child.id).in_([call.child_id for call in calls]))
    asked = callers(session, [Tie(child_id, unit_id) for child_id, unit_id in session.exec(homes)])
    pages: dict[int, int] = {}
    for call in calls:
        former = (call.person_id, call.caller_id)
        caller = next((each for each in asked[call.child_id] if each not in former), None)
        if caller is not None and caller not in pages:
            pages[caller] = tell_caller(session, broadcast, caller, _RUNG).id
        call.caller_id, call.page_id = caller, pages.get(caller) if caller is not None else None
        call.next_at = session.now
        session.add(call)
    session.flush()
    return len(calls)

"""What waits for another person's word: a binding, a nomination. It is decided once, or lapses after a week."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from sqlmodel import col, select

from models.base import audit
from models.base.columns import Moment, Record, Ref
from models.base.errors import Refused
from models.base.store import Session
from models.base.turns import hold_one
from models.roster.accounts import accounts_of
from models.roster.people import Duty, Person, staff_of
from models.roster.units import Unit

WAITS = timedelta(days=7)
"""How long a request waits."""
_VOUCHING = (Duty.ADMIN, Duty.APPROVER)


class Request(Record):
    """The base of requests about a person of a unit. `granted` is None until somebody decides."""

    person_id: int = Ref("person.id")
    unit_id: int = Ref("unit.id")
    asked_at: datetime = Moment()
    decided_at: datetime | None = Moment(default=None)
    decided_by: int | None = Ref("person.id", index=False, default=None)
    granted: bool | None = None


_R = TypeVar("_R", bound=Request)


def vouchers(session: Session, unit: Unit, *besides: int) -> dict[int, Person]:
    """Who may vouch for somebody in a unit, by id, the nearest first: whoever is bound and administers or approves
    there or above. `besides`: not these people."""
    found = staff_of(session, unit, *_VOUCHING, above=True)
    return {each.id: each for each in found if each.id not in besides and accounts_of(session, each.id)}


def has_lapsed(session: Session, request: Request) -> bool:
    """Whether nobody decided in time."""
    return request.decided_by is None and request.asked_at + WAITS <= (request.decided_at or session.now)


def undecided(session: Session, table: type[_R]) -> Sequence[int]:
    """The ids of the requests that nobody has decided, also of those that lapsed and are not closed yet."""
    return session.exec(select(table.id).where(col(table.decided_at).is_(None))).all()


def waiting(session: Session, table: type[_R]) -> Sequence[_R]:
    """The requests that can still be decided, the oldest first."""
    query = select(table).where(col(table.decided_at).is_(None), col(table.asked_at) > session.now - WAITS)
    return session.exec(query.order_by(col(table.id))).all()


def close(session: Session, request: Request, verb: str) -> bool:
    """Ends a request that has lapsed, audited as the verb; False where it was decided meanwhile."""
    hold_one(session, type(request), request.id)
    if request.decided_at is not None:
        return False
    request.decided_at, request.granted = session.now, False
    audit.record(session, verb, by=None, subject="person", subject_id=request.person_id)
    return True


def settle(session: Session, request: Request, decider: Person, *, granted: bool, may: bool) -> None:
    """Notes the word of whoever `may` give it; the caller holds the row. Raises Refused where it is not theirs to say,
    or said already."""
    if request.decided_at is not None:
        raise Refused("approve_binding.decided")
    if not may:
        raise Refused("approve_binding.not_yours")
    request.decided_at, request.decided_by, request.granted = session.now, decider.id, granted

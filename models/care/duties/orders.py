"""布置: an administrator sets a kind of duty for a unit and everything below it, and takes it back."""

from collections.abc import Sequence

from sqlmodel import col
from sqlmodel.sql.expression import SelectOfScalar

from models.base import audit
from models.base.errors import Refused
from models.base.facts import begin, end, holding
from models.base.store import Session
from models.base.turns import take_turn
from models.calendar.pulse import wake
from models.care.duties.kinds import Kind
from models.care.duties.tables import DutyOrder
from models.roster.people import Person
from models.roster.scope import admin_scope
from models.roster.units import Unit

DUTIES = "duties"
"""The scheduler's task that opens, reminds and escalates."""


def set_duty(session: Session, by: Person, unit: Unit, kind: Kind) -> DutyOrder:
    """The kind holds in the unit from today on; one that holds there already is returned as it is.

    Raises Refused `duties.not_your_unit`.
    """
    _may_order(session, by, unit)
    take_turn(session, DUTIES, unit.id)
    known = session.exec(_of(session, unit).where(DutyOrder.kind == kind.id)).first()
    if known is not None:
        return known
    order = begin(session, DutyOrder, by=by.id, kind=kind.id, unit_id=unit.id)
    audit.record(session, "duty.set", by=by.id, subject="duty_order", subject_id=order.id, kind=kind.id)
    wake(session, DUTIES)
    return order


def end_duty(session: Session, by: Person, order: DutyOrder) -> None:
    """From now on nothing new is opened by this order; tasks that are open stay. Raises Refused."""
    _may_order(session, by, session.get_one(Unit, order.unit_id))
    end(session, order, by=by.id)
    audit.record(session, "duty.end", by=by.id, subject="duty_order", subject_id=order.id, kind=order.kind)


def orders_of(session: Session, unit: Unit) -> Sequence[DutyOrder]:
    """What was set for this very unit and holds today."""
    return session.exec(_of(session, unit).order_by(col(DutyOrder.kind))).all()


def _of(session: Session, unit: Unit) -> SelectOfScalar[DutyOrder]:
    return holding(DutyOrder, session.today).where(DutyOrder.unit_id == unit.id)


def _may_order(session: Session, by: Person, unit: Unit) -> None:
    if not admin_scope(session, by).covers_unit(unit):
        raise Refused("duties.not_your_unit", unit=unit.name)

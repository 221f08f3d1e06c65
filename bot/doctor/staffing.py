"""Who would be there tonight: for every school somebody who is bound and administers, approves, or may send alone."""

from collections.abc import Iterator

from sqlmodel import col, select

from bot.app import House
from bot.doctor.finding import Finding, look, or_good
from models.base.facts import holding
from models.base.store import Session
from models.base.texts import say
from models.roster.accounts import Account
from models.roster.people import Duty, Staff
from models.roster.units import Unit, UnitKind

_NOBODY = {
    Duty.ADMIN: "doctor.no_admin",
    Duty.APPROVER: "doctor.no_approver",
    Duty.DUTY_OFFICER: "doctor.no_duty_officer",
}
_SHOWN = 5


def staffing(house: House) -> Iterator[Finding]:
    """Each of these duties: is anybody bound who has it, and for which schools is there nobody, there or above."""
    about, found = "doctor.staffing", []
    with house.store.read() as session:
        schools = session.exec(select(Unit).where(Unit.kind == UnitKind.SCHOOL).order_by(Unit.path)).all()
        for duty, nobody in _NOBODY.items():
            covered = _covered(session, duty)
            without = [school.name for school in schools if not school.path.startswith(covered)]
            if not covered:
                found.append(look(about, nobody))
            elif without:
                some = "、".join(without[:_SHOWN]) + ("…" if len(without) > _SHOWN else "")
                facts = {"duty": say(f"duty.{duty.value}"), "count": len(without), "schools": some}
                found.append(look(about, "doctor.schools_without", **facts))
    yield from or_good(about, found)


def _covered(session: Session, duty: Duty) -> tuple[str, ...]:
    """The paths of the units in which somebody has the duty whom a message reaches."""
    bound = select(Account.person_id).where(col(Account.person_id).is_not(None), col(Account.following).is_(True))
    held = holding(Staff, session.today).where(Staff.duty == duty, col(Staff.person_id).in_(bound))
    where = session.exec(select(Unit.path).where(col(Unit.id).in_(held.with_only_columns(col(Staff.unit_id)))))
    return tuple(where.all())

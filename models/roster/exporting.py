"""The children of a unit as rows of a roster, in the columns that an import reads: out and in again changes nothing."""

from collections.abc import Iterator, Sequence

from sqlmodel import col

from models.base.store import Session
from models.roster.children import Child, categories_on
from models.roster.importing import columns
from models.roster.people import Person
from models.roster.scope import Scope
from models.roster.ties import guardians_of, mentors_of
from models.roster.units import Unit, UnitKind, ancestors

_KINDS = {
    columns.COUNTY: UnitKind.COUNTY,
    columns.SCHOOL: UnitKind.SCHOOL,
    columns.GRADE: UnitKind.GRADE,
    columns.CLASS: UnitKind.CLASS,
}
HEADINGS: tuple[str, ...] = (*columns.NEEDED, columns.STUDENT_NO)


def roster_rows(session: Session, scope: Scope, unit: Unit) -> Iterator[Sequence[str]]:
    """A row per child of the unit that is in scope, in the order of `HEADINGS`; the first two guardians, one mentor."""
    children = scope.children(session).where(col(Unit.path).startswith(unit.path)).order_by(Unit.path, col(Child.id))
    for child in session.exec(children).all():
        facts = _facts(session, child)
        yield [facts.get(heading, "") for heading in HEADINGS]


def _facts(session: Session, child: Child) -> dict[str, str]:
    places = {unit.kind: unit.name for unit in ancestors(session, session.get_one(Unit, child.unit_id))}
    facts = {heading: places.get(kind, "") for heading, kind in _KINDS.items()}
    facts |= {
        columns.NAME: child.name,
        columns.SEX: child.sex.value,
        columns.BIRTH: child.birth.isoformat(),
        columns.CATEGORIES: "、".join(row.category.value for row in categories_on(session, child.id, session.today)),
        columns.STUDENT_NO: child.student_no,
    }
    for nth, tie in enumerate(guardians_of(session, child.id)[:2], 1):
        person = session.get_one(Person, tie.person_id)
        facts |= {
            columns.guardian(nth, "姓名"): person.name,
            columns.guardian(nth, "关系"): tie.relation,
            columns.guardian(nth, "手机"): person.phone,
            columns.guardian(nth, "在家"): "是" if tie.at_home else "否",
        }
    for pairing in mentors_of(session, child.id)[:1]:
        mentor = session.get_one(Person, pairing.person_id)
        facts |= {columns.MENTOR_NAME: mentor.name, columns.MENTOR_PHONE: mentor.phone}
    return facts

"""Who is called when somebody writes words of danger: the nearest who is responsible, never the one accused."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sqlmodel import col, select

from models.base.facts import holding
from models.base.store import Session
from models.care.spoken import bare
from models.messaging.words import reads_now
from models.roster.children import Child
from models.roster.hearing import hears
from models.roster.people import Duty, Person, Staff, duties_of, staff_of
from models.roster.scope import TEACHING, Scope, duty_scope
from models.roster.ties import guardians_of, mentors_of
from models.roster.units import Unit, UnitKind, ancestors

_ON_CALL = (Duty.ADMIN, Duty.DUTY_OFFICER)
_SCHOOLS = frozenset({UnitKind.SCHOOL, UnitKind.GRADE, UnitKind.CLASS})
_TEACHERS = re.compile("老师|教师|班主任|导师|教练|教官|宿管|辅导员|讲师")
_INTIMATE = re.compile("摸|侵|猥亵|强奸|亲我|脱我?衣|裸")
"""What is done to a body in secret: whoever sees the child every day may be the one, named or not."""
_LEADERS = re.compile("校长|园长|主任|书记|校领导|学校领导|学校的?人|校方")
_TITLES = ("老师", "主任", "校长", "园长", "书记", "局长", "科长", "股长", "教练")


@dataclass(frozen=True)
class Call:
    """Whose children it may be about, the unit it belongs to (None: not known), and who is to be told."""

    children: Sequence[Child]
    unit: Unit | None
    people: Sequence[Person]


def responders(session: Session, sender: Person | None, words: str) -> Call:
    """Finds whom to tell of words of danger (domain.md section 4).

    For each child concerned: its class teacher, else the administrator of the nearest unit above; from an unbound
    account: those on call at the top. Left out: the sender, whoever the words name, the guardians of the children, and
    where they speak of a teacher, or of what is done to a body, every teacher and mentor of the child; of a school's
    leaders the whole school.
    Somebody who cannot be reached does not stand in the way of the next one up; whom a message reaches only later, for
    a channel is closed for the day, is called with the next one up.
    """
    words = bare(words)
    children = _concerned(session, sender, words) if sender else []
    places = _units(session, [child.unit_id for child in children])
    if sender and not places:
        places = _units(session, [staff.unit_id for staff in duties_of(session, sender.id)])
    fits = _suited(session, sender, words, children)
    barred = _SCHOOLS if _LEADERS.search(words.replace("班主任", "")) else frozenset[UnitKind]()
    duties = _ON_CALL if _bars_teachers(words) else (Duty.CLASS_TEACHER, *_ON_CALL)
    people: dict[int, Person] = {}
    for place in places:
        tiers = [unit for unit in ancestors(session, place) if unit.kind not in barred]
        found = _nearest(session, [_on_call_at(session, unit, duties) for unit in tiers], fits)
        people |= {person.id: person for person in found or _top(session, barred, fits)}
    if not places:
        people = {person.id: person for person in _top(session, barred, fits)}
    return Call(children, _shared(session, places), list(people.values()))


def _concerned(session: Session, sender: Person, words: str) -> Sequence[Child]:
    """The children the words name, among those the sender minds or teaches; else all that he minds."""
    teaching = duty_scope(session, sender, TEACHING)
    known = Scope(sender.id, teaching.paths, as_mentor=True, as_guardian=True)
    named = [child for child in session.exec(known.children(session)) if _named(child.name, words)]
    return named or session.exec(Scope(sender.id, as_guardian=True).children(session)).all()


def _suited(session: Session, sender: Person | None, words: str, children: Iterable[Child]) -> Callable[[Person], bool]:
    out = {sender.id} if sender else set()
    for child in children:
        out |= {tie.person_id for tie in guardians_of(session, child.id)}
        if _bars_teachers(words):
            out |= {tie.person_id for tie in mentors_of(session, child.id)}
            out |= {p.id for p in staff_of(session, session.get_one(Unit, child.unit_id), Duty.CLASS_TEACHER)}
    return lambda person: person.id not in out and not _accused(person.name, words)


def _bars_teachers(words: str) -> bool:
    return bool(_TEACHERS.search(words) or _INTIMATE.search(words))


def _nearest(session: Session, tiers: Iterable[Sequence[Person]], fits: Callable[[Person], bool]) -> Sequence[Person]:
    """The first tier where somebody suited can be reached, and where no message gets to any of them now, also the next
    where one does; where nobody can be reached, all who are suited."""
    suited: list[Person] = []
    first: list[Person] = []
    for tier in tiers:
        here = [person for person in tier if fits(person)]
        if any(reads_now(session, person) for person in here):
            return first + here
        if not first and any(hears(session, person) for person in here):
            first = here
        suited += here
    return first or suited


def _on_call_at(session: Session, unit: Unit, duties: Sequence[Duty]) -> Sequence[Person]:
    """Who has one of the duties in a unit; where nobody has, who approves there."""
    return staff_of(session, unit, *duties) or staff_of(session, unit, Duty.APPROVER)


def _top(session: Session, barred: frozenset[UnitKind], fits: Callable[[Person], bool]) -> Sequence[Person]:
    """Those on call in the highest unit that has any: for an account that is nobody's, and everyone's last resort."""
    running = holding(Staff, session.today).where(col(Staff.duty).in_((*_ON_CALL, Duty.APPROVER)))
    tiers: dict[int, list[Person]] = {}
    for unit in _units(session, [staff.unit_id for staff in session.exec(running)]):
        if unit.kind not in barred:
            tiers.setdefault(unit.path.count("/"), []).extend(_on_call_at(session, unit, _ON_CALL))
    return _nearest(session, [tiers[depth] for depth in sorted(tiers)], fits)


def _named(name: str, said: str) -> bool:
    """Whether the words hold a name in full or, of three characters or more, without the surname."""
    name = bare(name)
    return name in said or (len(name) > 2 and name[1:] not in _TITLES and name[1:] in said)


def _accused(name: str, said: str) -> bool:
    """Whether the words may speak of this person: by name, or by surname and title (王主任)."""
    surnames = (bare(name)[:1], bare(name)[:2])
    return _named(name, said) or any(surname + title in said for surname in surnames for title in _TITLES)


def _units(session: Session, ids: Iterable[int]) -> Sequence[Unit]:
    return session.exec(select(Unit).where(col(Unit.id).in_(set(ids))).order_by(Unit.path)).all()


def _shared(session: Session, places: Sequence[Unit]) -> Unit | None:
    """The smallest unit that holds all places."""
    if not places:
        return None
    return next((u for u in ancestors(session, places[0]) if all(p.path.startswith(u.path) for p in places)), None)

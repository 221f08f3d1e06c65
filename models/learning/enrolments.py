"""Where a guardian is in the course for each child: siblings of one age band keep in step and share their lessons."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, UniqueConstraint, col, select

from models.base.clock import local_date
from models.base.columns import Record, Ref
from models.base.facts import holding
from models.base.store import Session
from models.base.turns import hold_all
from models.learning.lessons import course
from models.learning.times import LessonTime, first_evening
from models.roster.accounts import Account
from models.roster.children import Child, band_of, births_in_band
from models.roster.consent import Consent, standing
from models.roster.people import Person
from models.roster.ties import Guardianship

ROUND = timedelta(days=364)
"""A round of a band's lessons starts again a year after it began (52 whole weeks, so on the same weekday)."""


class Enrolment(Record, table=True):
    """A guardian's place in the course (课程) for one child. Until `rest_until` the round is over and nothing comes."""

    __table_args__ = (UniqueConstraint("person_id", "child_id"),)

    person_id: int = Ref("person.id")
    child_id: int = Ref("child.id")
    band: str = Field(max_length=8)
    next_order: int = 1
    round_began: date
    rest_until: date | None = None


def newcomers(session: Session, mark: int = 0, after: int = 0, limit: int = 100) -> Sequence[int]:
    """Bound guardians with consent and a child of school age or younger who have no evening for lessons yet.

    In the order of their ids, those above `after`. Looks only at guardianships and consents with an id above `mark`
    (ids grow with time); 0 looks at all.
    """
    session.flush()
    oldest, _ = births_in_band("15-18", session.today)
    asked = {"mark": mark, "after": after, "most": limit, "oldest": oldest, "today": session.today}
    return session.connection().execute(_newcomers(bool(mark)), asked).scalars().all()


@cache
def _newcomers(marked: bool) -> sa.Select[Any]:
    """The query, built once: nearly always its answer is that there are none."""
    today, oldest = (sa.bindparam(name, type_=sa.Date) for name in ("today", "oldest"))
    wards, mark = holding(Guardianship, today).subquery(), sa.bindparam("mark", type_=sa.BigInteger)
    query = (
        sa.select(wards.c.person_id)
        .join(Child, col(Child.id) == wards.c.child_id)
        .join(Account, col(Account.person_id) == wards.c.person_id)
        .join(Consent, col(Consent.person_id) == wards.c.person_id)
        .outerjoin(LessonTime, col(LessonTime.person_id) == wards.c.person_id)
        .where(*standing(), col(LessonTime.id).is_(None))
        .where(wards.c.person_id > sa.bindparam("after", type_=sa.BigInteger))
        .where(col(Child.left_on).is_(None), col(Child.birth) >= oldest, col(Child.birth) <= today)
        .distinct()
        .order_by(wards.c.person_id)
        .limit(sa.bindparam("most", type_=sa.Integer))
    )
    return query.where(sa.or_(wards.c.id > mark, col(Consent.id) > mark)) if marked else query


def enrol(session: Session, people: Sequence[int]) -> None:
    """Gives guardians an evening and a place for each child; what is there already stays."""
    hold_all(session, Person, col(Person.id).in_(people))
    evenings = set(session.exec(select(LessonTime.person_id).where(col(LessonTime.person_id).in_(people))))
    session.add_all([first_evening(session, person_id) for person_id in people if person_id not in evenings])
    give_places(session, people)


def give_places(session: Session, people: Sequence[int]) -> None:
    """Gives guardians a place for each child of today, in its band; what is there already stays."""
    children, known = children_of(session, people), enrolments_of(session, people)
    for person_id in people:
        for child in children.get(person_id, []):
            _place(session, person_id, child, known.setdefault(person_id, {}))
    session.flush()


def enrol_all(session: Session, mark: int = 0, after: int = 0, limit: int = 100) -> Sequence[int]:
    """Enrols up to `limit` newcomers and returns them: call it, with the last as `after`, until nobody is left."""
    found = newcomers(session, mark, after, limit)
    enrol(session, found)
    return found


def children_of(session: Session, people: Iterable[int]) -> dict[int, list[Child]]:
    """The children whom these people mind today and who have not left, the eldest first."""
    query = (
        holding(Guardianship, session.today)
        .where(col(Guardianship.person_id).in_(list(people)))
        .add_columns(Child)
        .join(Child, col(Child.id) == Guardianship.child_id)
        .where(col(Child.left_on).is_(None))
        .order_by(col(Child.birth), col(Child.id))
    )
    found: dict[int, list[Child]] = {}
    for tie, child in session.execute(query):
        found.setdefault(tie.person_id, []).append(child)
    return found


def enrolments_of(session: Session, people: Iterable[int]) -> dict[int, dict[int, Enrolment]]:
    """The places of these people, by person and child."""
    found: dict[int, dict[int, Enrolment]] = {}
    for row in session.exec(select(Enrolment).where(col(Enrolment.person_id).in_(list(people)))):
        found.setdefault(row.person_id, {})[row.child_id] = row
    return found


def _place(session: Session, person_id: int, child: Child, known: dict[int, Enrolment]) -> Enrolment | None:
    """The guardian's place for a child today, made or moved up where the child grew into the next band.

    A child that joins a band where a sibling is already takes the sibling's place. None from 18 on.
    """
    band = band_of(child.birth, session.today)
    if band is None:
        return None
    row = known.get(child.id)
    if row is not None and row.band == band:
        return row
    sibling = next((each for each in known.values() if each.band == band and each is not row), None)
    if row is None:
        row = Enrolment(person_id=person_id, child_id=child.id, band=band, round_began=session.today)
        session.add(row)
        known[child.id] = row
    row.band, row.next_order, row.round_began, row.rest_until = band, 1, session.today, None
    if sibling is not None:
        row.next_order, row.round_began, row.rest_until = sibling.next_order, sibling.round_began, sibling.rest_until
    return row


def next_day(session: Session, chosen: LessonTime) -> tuple[date | None, bool]:
    """On which evening the person's next lesson comes, and whether their rounds are over and they rest until then.

    None while lessons are paused, or where none of the children gets any within a round.
    """
    if chosen.next_at is None:
        return None, False
    known = enrolments_of(session, [chosen.person_id]).get(chosen.person_id, {})
    children = children_of(session, [chosen.person_id]).get(chosen.person_id, [])
    first = local_date(chosen.next_at)
    evenings = (first + timedelta(weeks=week) for week in range(ROUND.days // 7 + 2))
    day = next((day for day in evenings if any(_comes(known, child, day) for child in children)), None)
    return day, day is not None and day != first


def _comes(known: dict[int, Enrolment], child: Child, day: date) -> bool:
    """Whether a lesson for this child comes on an evening: by the place it will have then, as `place` gives it."""
    band = band_of(child.birth, day)
    row = known.get(child.id)
    if row is None or row.band != band:
        row = next((each for each in known.values() if each.band == band), None)
    rests = row is not None and row.rest_until is not None and row.rest_until > day
    return band is not None and bool(course(band)) and not rests

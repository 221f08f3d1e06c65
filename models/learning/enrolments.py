"""Where a guardian is in the course for each child: siblings of one age band keep in step and share their lessons."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from sqlmodel import Field, UniqueConstraint, col, or_, select

from models.base.facts import holding
from models.base.store import Record, Ref, Session
from models.base.turns import hold_all
from models.learning.lessons import Lesson, course
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
    oldest, _ = births_in_band("15-18", session.today)
    wards = holding(Guardianship, session.today).subquery()
    query = (
        select(wards.c.person_id)
        .join(Child, col(Child.id) == wards.c.child_id)
        .join(Account, col(Account.person_id) == wards.c.person_id)
        .join(Consent, col(Consent.person_id) == wards.c.person_id)
        .outerjoin(LessonTime, col(LessonTime.person_id) == wards.c.person_id)
        .where(*standing(), col(LessonTime.id).is_(None), wards.c.person_id > after)
        .where(col(Child.left_on).is_(None), col(Child.birth) >= oldest, col(Child.birth) <= session.today)
        .distinct()
        .order_by(wards.c.person_id)
        .limit(limit)
    )
    if mark:
        query = query.where(or_(wards.c.id > mark, col(Consent.id) > mark))
    return session.exec(query).all()


def enrol(session: Session, people: Sequence[int]) -> None:
    """Gives guardians an evening and a place for each child; what is there already stays."""
    hold_all(session, Person, col(Person.id).in_(people))
    children, known = children_of(session, people), enrolments_of(session, people)
    evenings = set(session.exec(select(LessonTime.person_id).where(col(LessonTime.person_id).in_(people))))
    for person_id in people:
        if person_id not in evenings:
            session.add(first_evening(session, person_id))
        for _, child in children.get(person_id, []):
            place(session, person_id, child, known.setdefault(person_id, {}))
    session.flush()


def enrol_all(session: Session, mark: int = 0, after: int = 0, limit: int = 100) -> Sequence[int]:
    """Enrols up to `limit` newcomers and returns them: call it, with the last as `after`, until nobody is left."""
    found = newcomers(session, mark, after, limit)
    enrol(session, found)
    return found


def children_of(session: Session, people: Iterable[int]) -> dict[int, list[tuple[Guardianship, Child]]]:
    """The children whom these people mind today and who have not left, the eldest first."""
    query = (
        holding(Guardianship, session.today)
        .where(col(Guardianship.person_id).in_(list(people)))
        .add_columns(Child)
        .join(Child, col(Child.id) == Guardianship.child_id)
        .where(col(Child.left_on).is_(None))
        .order_by(col(Child.birth), col(Child.id))
    )
    found: dict[int, list[tuple[Guardianship, Child]]] = {}
    for tie, child in session.execute(query):
        found.setdefault(tie.person_id, []).append((tie, child))
    return found


def enrolments_of(session: Session, people: Iterable[int]) -> dict[int, dict[int, Enrolment]]:
    """The places of these people, by person and child."""
    found: dict[int, dict[int, Enrolment]] = {}
    for row in session.exec(select(Enrolment).where(col(Enrolment.person_id).in_(list(people)))):
        found.setdefault(row.person_id, {})[row.child_id] = row
    return found


def place(session: Session, person_id: int, child: Child, known: dict[int, Enrolment]) -> Enrolment | None:
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


def next_lesson(place: Enrolment, today: date) -> Lesson | None:
    """The lesson that comes next, or None while the round is over or the band has no lessons."""
    if place.rest_until is not None and place.rest_until > today:
        return None
    lessons = course(place.band)
    return next((lesson for lesson in lessons if lesson.order >= place.next_order), lessons[0] if lessons else None)


def is_last(lesson: Lesson) -> bool:
    """Whether the round of the band ends with it."""
    return lesson.order == course(lesson.band)[-1].order


def move_on(place: Enrolment, sent: Lesson, today: date) -> None:
    """After a lesson was sent: on to the next one, or, after the last, to a new round a year after this one began."""
    if place.rest_until is not None:
        place.rest_until, place.round_began = None, today
    place.next_order = sent.order + 1
    if is_last(sent):
        place.next_order, place.rest_until = 1, max(place.round_began + ROUND, today + timedelta(days=1))

"""Where a child stands in its guardian's course today, as the database reckons it: its band, and what comes next.

The course itself stands in these expressions, which are parts of statements that are built once.
"""

from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from models.base.days import plus_days
from models.base.facts import holding
from models.learning.enrolments import ROUND, Enrolment
from models.learning.lessons import AWAY, HOME, course
from models.learning.records import LessonRecord
from models.roster.children import BANDS, Child, births_in_band
from models.roster.ties import Guardianship


def of_day(today: date) -> dict[str, Any]:
    """The parameters that are those of a day."""
    spans = {band: births_in_band(band, today) for band in BANDS}
    born = {name: day for band, span in spans.items() for name, day in zip(_span(band), span, strict=True)}
    return born | {
        "today": today,
        "tomorrow": today + timedelta(days=1),
        "year_over": today + timedelta(days=1) - ROUND,
    }


def due() -> sa.Select[Any]:
    """Rows, without a column yet, of a guardian's tie, child and place in the course where something comes for it."""
    taught = [band for band in BANDS if course(band)]
    return (
        sa.select()
        .select_from(Guardianship)
        .join(Child, col(Child.id) == Guardianship.child_id)
        .join(Enrolment, same(Enrolment))
        .where(minded(), col(Child.left_on).is_(None))
        .where(col(Enrolment.band) == band_today(), col(Enrolment.band).in_(taught))
        .where(sa.or_(col(Enrolment.rest_until).is_(None), col(Enrolment.rest_until) <= day("today")))
    )


def same(table: type[Enrolment | LessonRecord], as_in: type[Guardianship | Enrolment] = Guardianship) -> Any:
    """Rows of two tables that are of the same guardian and child."""
    return (col(table.person_id) == as_in.person_id) & (col(table.child_id) == as_in.child_id)


def minded() -> sa.ColumnElement[bool]:
    """The ties that hold today."""
    holds = holding(Guardianship, day("today")).whereclause
    assert holds is not None
    return holds


def band_today() -> sa.ColumnElement[Any]:
    """The age band of a child today, NULL from 18 on."""
    spans = [(band, *_span(band)) for band in BANDS]
    birth = col(Child.birth)
    return sa.case(*[(birth.between(day(first), day(last)), sa.literal(band)) for band, first, last in spans])


def next_lesson(band: Any, order: Any) -> sa.ColumnElement[Any]:
    """The id of the lesson that comes next where `order` is due in a band; behind the last it is the first."""
    each = {
        name: sa.case(*[(order <= lesson.order, lesson.id) for lesson in found], else_=found[0].id)
        for name in BANDS
        if (found := course(name))
    }
    return sa.case(*[(band == name, chosen) for name, chosen in each.items()])


def after(given: Any) -> dict[str, Any]:
    """The place of an enrolment once this lesson is given: the next, or, after the last, a new round a year after this
    one began."""
    lasts = [found[-1].id for band in BANDS if (found := course(band))]
    following = {lesson.id: 1 if lesson.id in lasts else lesson.order + 1 for band in BANDS for lesson in course(band)}
    began = sa.case((col(Enrolment.rest_until).is_not(None), day("today")), else_=col(Enrolment.round_began))
    over = sa.case((began > day("year_over"), plus_days(began, ROUND.days)), else_=day("tomorrow"))
    return {
        "next_order": sa.case(following, value=given),
        "round_began": began,
        "rest_until": sa.case((given.in_(lasts), over), else_=sa.literal(None, sa.Date())),
    }


def voice(at_home: Any) -> sa.ColumnElement[str]:
    """The voice of a lesson, of 1 where one of those who share it is at home, and 0."""
    return sa.case((at_home == 1, HOME), else_=AWAY)


def at_home() -> sa.ColumnElement[int]:
    """Whether the guardian lives with the child: 1 or 0."""
    return sa.case((col(Guardianship.at_home), 1), else_=0)


def day(name: str) -> sa.BindParameter[date]:
    """A parameter of `of_day`."""
    return sa.bindparam(name, type_=sa.Date)


def _span(band: str) -> tuple[str, str]:
    """The parameters for the first and the last birth in a band."""
    return f"first_in_{band}".replace("-", "_"), f"last_in_{band}".replace("-", "_")

"""The vocabulary of `when`: every word, what stands in its brackets, what it makes, and a sentence that uses it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import time
from typing import Any

from models.calendar import spans, when
from models.calendar.school import Kind


@dataclass(frozen=True)
class Days:
    """A length of time in days."""

    count: int


@dataclass(frozen=True)
class Word:
    """One word: what stands in its brackets, in order, and what it makes. `on` is what it is said of, if anything.

    A word whose arguments may all be left out may be written without brackets.
    """

    makes: Callable[..., Any]
    takes: tuple[type, ...] = ()
    optional: bool = False
    on: type | None = None
    example: str = ""


class Stretch:
    """Days in a row: an exam, a vacation, the flood season."""

    def __init__(self, spans_: spans.Spans) -> None:
        self.spans = spans_


class Dates:
    """The days on which something comes due; `hours`: those that its words name, and None where some name none.
    `births`: it is for the children whose birthday it is."""

    def __init__(
        self, when_: when.When, hours: frozenset[time | None] = frozenset({None}), *, births: bool = False
    ) -> None:
        self.when = when_
        self.hours = hours
        self.births = births


class Inside:
    """The days inside stretches, of which some are to be picked."""

    def __init__(self, stretch: Stretch) -> None:
        self.within = when.within(stretch.spans)


class Births:
    """The birthdays of children."""


def _weekly(inside: Inside, text: str) -> Dates:
    return Dates(inside.within.weekly(text), _hour_in(text))


def _fortnightly(inside: Inside, text: str) -> Dates:
    return Dates(inside.within.fortnightly(text), _hour_in(text))


def _hour_in(text: str) -> frozenset[time | None]:
    _, _, clock = text.partition(" ")
    return frozenset({when.read_hour(clock) if clock else None})


def _named(make: Callable[[str], spans.Spans]) -> Callable[..., Stretch]:
    return lambda name="": Stretch(make(name))


WORDS: dict[str, Word] = {
    "term": Word(_named(spans.term), (str,), optional=True, example='first_day(term("秋季学期"))'),
    "term_end": Word(_named(spans.term_end), (str,), optional=True, example="before(term_end, 10 days)"),
    "exam": Word(_named(spans.exam), (str,), optional=True, example='before(exam("中考"), 7 days)'),
    "vacation": Word(_named(spans.vacation), (str,), optional=True, example="first_day(vacation)"),
    "flood_season": Word(
        _named(spans.flood_season), (str,), optional=True, example='within(flood_season).weekly("fri")'
    ),
    "holiday": Word(_named(spans.holiday), (str,), optional=True, example='before(holiday("清明"), 2 days)'),
    "local": Word(_named(spans.local), (str,), optional=True, example='first_day(local("龙舟"))'),
    "month": Word(lambda number: Stretch(spans.month(number)), (int,), example='within(month(3)).weekly("wed 17:30")'),
    "makeup_day": Word(lambda: Stretch(spans.makeup_day), example='within(term).weekly("sun").not_on(makeup_day)'),
    "weekend": Word(lambda: Stretch(spans.weekend), example="on(5, 15).not_on(weekend)"),
    "birthday": Word(Births, example="each(birthday)"),
    "before": Word(
        lambda stretch, days: Dates(when.before(stretch.spans, days=days.count)),
        (Stretch, Days),
        example='before(exam("高考"), 2 weeks)',
    ),
    "after": Word(
        lambda stretch, days: Dates(when.after(stretch.spans, days=days.count)),
        (Stretch, Days),
        example='after(vacation("暑假"), 13 days)',
    ),
    "first_day": Word(
        lambda stretch: Dates(when.first_day(stretch.spans)), (Stretch,), example='first_day(vacation("寒假"))'
    ),
    "last_day": Word(lambda stretch: Dates(when.last_day(stretch.spans)), (Stretch,), example="last_day(vacation)"),
    "on": Word(lambda month, day: Dates(when.on(month, day)), (int, int), example="on(5, 15)"),
    "on_lunar": Word(lambda month, day: Dates(when.on_lunar(month, day)), (int, int), example="on_lunar(5, 5)"),
    "last_monday": Word(lambda month: Dates(when.last_monday(month)), (int,), example="last_monday(3)"),
    "last_weekday": Word(
        lambda day, month: Dates(when.last_weekday(day, month)), (str, int), example='last_weekday("fri", 11)'
    ),
    "nth_weekday": Word(
        lambda nth, day, month: Dates(when.nth_weekday(nth, day, month)),
        (int, str, int),
        example='nth_weekday(2, "sun", 5)',
    ),
    "each": Word(lambda births: Dates(when.each_birthday, births=True), (Births,), example="each(birthday)"),
    "within": Word(Inside, (Stretch,), example='within(term).weekly("wed 17:30")'),
    "weekly": Word(
        _weekly,
        (str,),
        on=Inside,
        example='within(vacation).weekly("mon")',
    ),
    "fortnightly": Word(
        _fortnightly,
        (str,),
        on=Inside,
        example='within(term).fortnightly("thu")',
    ),
    "except_on": Word(
        lambda dates, stretch: Dates(when.except_on(dates.when, stretch.spans), dates.hours, births=dates.births),
        (Stretch,),
        on=Dates,
        example="each(birthday).except_on(holiday)",
    ),
    "not_on": Word(
        lambda dates, stretch: Dates(when.not_on(dates.when, stretch.spans), dates.hours, births=dates.births),
        (Stretch,),
        on=Dates,
        example="last_monday(3).not_on(holiday)",
    ),
}
"""The whole vocabulary; each word with a sentence that uses it."""

KINDS = {
    Stretch: "when.a_stretch",
    Days: "when.a_length",
    Dates: "when.dates",
    Inside: "when.a_within",
    Births: "when.a_birthday",
    int: "when.a_number",
    str: "when.a_text",
}
"""How the kinds of things are called to whoever wrote another, by the key of the text."""

OF_KIND = {
    "term": Kind.TERM,
    "term_end": Kind.TERM,
    "exam": Kind.EXAM,
    "vacation": Kind.VACATION,
    "flood_season": Kind.FLOOD,
    "holiday": Kind.HOLIDAY,
    "local": Kind.LOCAL,
}
"""The words that speak of entries of a calendar, which somebody must have written."""

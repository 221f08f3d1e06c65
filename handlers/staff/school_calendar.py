"""校历: an administrator sees the days of a unit's school calendar and moves, adds or drops one; 撤销 takes it back."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from handlers.chat import Chat
from handlers.dialogue import Dialogue, Kept, Told
from handlers.flow import flow
from handlers.prompts import Confirm, Day, Grades, Pick, Text
from handlers.prompts.prompt import Prompt
from handlers.staff.days_ahead import DaysAhead
from handlers.staff.which_unit import OwnUnit
from models.base.clock import local_date
from models.base.errors import Refused
from models.calendar import entries, words
from models.calendar.calendars import CalendarEntry
from models.calendar.holidays import warnings
from models.calendar.school import LONGEST, LONGEST_NAME, OF_MANY_DAYS, Kind, Span, makeup_entry
from models.roster.people import Duty, Person
from models.roster.scope import admin_scope
from models.roster.units import Unit, UnitKind, labels

_EDITS = 6
_LINES = 10


class Act(StrEnum):
    """What is done with the calendar of a unit."""

    MOVE = "改日子"
    ADD = "加一条"
    DROP = "去掉一条"
    GRADES = "改考试的年级"
    HISTORY = "谁改过"


class What(StrEnum):
    """What is added; each is named as its `Kind`."""

    LOCAL = "本地的日子（集市、龙舟）"
    MAKEUP = "调休上课的日子"
    EXAM = "考试"
    HOLIDAY = "节日放假"
    VACATION = "寒假、暑假"
    TERM = "学期"
    FLOOD = "汛期"


@dataclass(frozen=True)
class _Line:
    """One entry on the list; its place there is its number."""

    id: str
    label: str
    span: Span


_Asked = Generator[Prompt[Any], Any, tuple[Span, str]]
"""Asks, and ends with the entry as it will be and the line that says so."""


@flow("校历", "改校历", "日历", duty=Duty.ADMIN, menu="calendar.menu")
def school_calendar(chat: Chat) -> Dialogue:
    """Shows what lies ahead, asks what changes, says which notices that moves, and writes it after a yes."""
    units = _units(chat)
    called = labels(chat.session, units)
    unit = yield from OwnUnit(chat, "calendar.which_unit", units, name=lambda each: called[each.id])
    ahead = _ahead(chat, unit)
    shown = [line.label for line in ahead]
    act = yield from DaysAhead("calendar.act", Act, ahead=shown, notes=_warnings(chat, unit), words=_also, here=unit)
    if act is Act.HISTORY:
        return Told("calendar.history", {"unit": unit, "edits": _history(chat, unit)})
    asking = {Act.MOVE: _moved, Act.ADD: _added, Act.DROP: _dropped, Act.GRADES: _graded}[act]
    span, what = yield from asking(chat, unit, ahead)
    gone = act is Act.DROP
    entries.check(chat.session, chat.me, unit, span, gone=gone)
    moved = chat.foresee(chat.session, unit, span, gone)
    lines = [*moved[:_LINES], *([chat.say("calendar.moves_more", count=len(moved) - 1)] if len(moved) > _LINES else [])]
    yield from Confirm("calendar.read_back", what=what, moves="\n".join(lines))
    row = entries.write_entry(chat.session, chat.me, unit, span, gone=gone)
    return Kept("calendar.done", undo=("calendar", row.id))


def take_back(chat: Chat, entry_id: int) -> str:
    """撤销 of an edit: what held before it holds again."""
    return chat.say("calendar.undone", name=entries.take_back(chat.session, chat.me, entry_id).name)


def _moved(chat: Chat, unit: Unit, ahead: Sequence[_Line]) -> _Asked:
    span = (yield from Pick("calendar.which_to_move", ahead, empty="calendar.nothing")).span
    length = span.last - span.first
    first = yield from Day(
        "calendar.to_when",
        earliest=max(span.home[0] - length, min(span.first, chat.today)),
        latest=span.home[1],
        future=True,
        name=span.name,
        days=words.days_of(span),
    )
    last = first + length
    if length:
        count = length.days + 1
        said = yield from Day(
            "calendar.new_last", earliest=first, latest=first + LONGEST, future=True, optional=True, count=count
        )
        last = said or last
    after = entries.moved_to(span, first, last)
    return after, words.moves(unit, span, after)


def _added(chat: Chat, unit: Unit, _ahead: Sequence[_Line]) -> _Asked:
    what = yield from Pick("calendar.which_kind", What)
    if what is What.MAKEUP:
        span = makeup_entry((yield from Day("calendar.makeup_day", earliest=chat.today, future=True)))
        return span, words.adds(unit, span)
    grades = (yield from Grades("calendar.which_grades")) if what is What.EXAM else ()
    first = yield from Day("calendar.first", earliest=chat.today, future=True)
    last: date | None
    if Kind[what.name] in OF_MANY_DAYS:
        last = yield from Day("calendar.last_of_many", earliest=first, latest=first + LONGEST, future=True)
    else:
        last = yield from Day("calendar.last", earliest=first, latest=first + LONGEST, future=True, optional=True)
    name = (yield from Text("calendar.name", at_most=LONGEST_NAME)).text
    here = entries.calendar_here(chat.session, unit)
    span = entries.new_entry(here, Kind[what.name], name, first, last or first, grades)
    return span, words.adds(unit, span)


def _graded(chat: Chat, unit: Unit, ahead: Sequence[_Line]) -> _Asked:
    exams = [line for line in ahead if line.span.kind == Kind.EXAM]
    span = (yield from Pick("calendar.which_exam", exams, empty="calendar.nothing")).span
    after = replace(span, grades=(yield from Grades("calendar.which_grades")))
    return after, words.regrades(unit, span, after)


def _dropped(chat: Chat, unit: Unit, ahead: Sequence[_Line]) -> _Asked:
    span = (yield from Pick("calendar.which_to_drop", ahead, empty="calendar.nothing")).span
    return span, words.drops(unit, span)


def _units(chat: Chat) -> Sequence[Unit]:
    """Every unit whose calendar is theirs to edit: where they have the duty, and all schools below, the upper tiers
    first. A class has its school's days; what only some grades have, an exam says itself."""
    scope = admin_scope(chat.session, chat.me)
    seen = sorted(chat.session.exec(scope.units()), key=lambda unit: unit.path.count("/"))
    return [unit for unit in seen if unit.kind not in (UnitKind.GRADE, UnitKind.CLASS)] or seen[:1]


def _also(act: Act) -> Sequence[str]:
    """加 考试 月考 …, in one line."""
    return ("加",) if act is Act.ADD else ()


def _ahead(chat: Chat, unit: Unit) -> list[_Line]:
    """What is not over yet, the soonest first; known by its lasting key, for numbers change with an edit."""
    spans = [span for span in entries.calendar_here(chat.session, unit).spans if span.last >= chat.today]
    spans.sort(key=lambda span: (span.first, span.key))
    return [_Line(span.key, f"{words.called(span)} {words.days_of(span)}", span) for span in spans]


def _warnings(chat: Chat, unit: Unit) -> list[str]:
    """What is not written yet and would keep notices from going, as `doctor` says it."""
    found = warnings(entries.calendar_here(chat.session, unit), chat.today)
    return [chat.say("calendar.warning", why=why) for why in found]


def _history(chat: Chat, unit: Unit) -> str:
    edits = entries.edits_of(chat.session, unit)[-_EDITS:]
    if not edits:
        raise Refused("calendar.no_edits", unit=unit.name)
    return "\n".join(_edit_line(chat, each) for each in reversed(edits))


def _edit_line(chat: Chat, edit: entries.Edited) -> str:
    row = edit.row
    return chat.say(
        "calendar.history_line" if edit.undone is None else "calendar.history_undone",
        day=local_date(row.recorded_at),
        who=_name(chat, row),
        name=words.called(row.span),
        days=chat.say("calendar.gone") if row.gone else words.days_of(row.span),
        by=_name(chat, edit.undone) if edit.undone is not None else "",
    )


def _name(chat: Chat, row: CalendarEntry) -> str:
    return chat.session.get_one(Person, row.recorded_by).name if row.recorded_by else ""

"""完成率: how much of what was due is done, from an administrator's units down to who is missing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from handlers.chat import Chat
from handlers.dialogue import Dialogue, Told
from handlers.flow import flow
from handlers.prompts import Pick
from handlers.staff.which_unit import OwnUnit
from models.care.duties import rates
from models.care.duties.kinds import kinds
from models.care.duties.owners import owners_of
from models.care.duties.rates import Missing, Rate
from models.care.duties.tables import DutyTask
from models.care.duties.unmended import Unmended, found_and_mended, unmended
from models.roster.people import Duty, Person
from models.roster.scope import admin_scope
from models.roster.units import Unit, label

WHO, MEND = "who", "mend"
_SHOWN = 10


@dataclass(frozen=True)
class _Row:
    """A unit below with its rate; or, with the id `who`, the list of what is missing, with `mend` that of 隐患."""

    id: int | str
    label: str
    unit: Unit | None = None


@flow("完成率", "任务完成率", duty=Duty.ADMIN, menu="duties.rate_menu")
def completion(chat: Chat) -> Dialogue:
    """Which kind, then unit by unit down to the tasks that nobody reported."""
    scope = admin_scope(chat.session, chat.me)
    units = chat.session.exec(scope.units()).all()
    tops = [u for u in units if not any(u.path.startswith(other.path) for other in units if other.id != u.id)]
    unit = yield from OwnUnit(chat, "duties.rate_unit", tops, name=lambda u: label(chat.session, u))
    since, until = rates.school_year_began(chat.today), chat.today
    by_kind = rates.rates_by_kind(chat.session, scope, unit, since, until)
    rows = [_Row(name, _line(chat, kinds()[name].title, rate)) for name, rate in by_kind.items() if name in kinds()]
    chosen = yield from Pick(
        "duties.rate_which", rows, empty="duties.rate_none", unit=label(chat.session, unit), day=since
    )
    kind, rate = kinds()[str(chosen.id)], by_kind[str(chosen.id)]
    while True:
        shown: dict[str, Any] = {
            "title": kind.title, "unit": label(chat.session, unit), "done": rate.done, "expected": rate.expected,
            "percent": rate.percent, "late": rate.late,
        }  # fmt: skip
        found, mended = found_and_mended(chat.session, scope, unit, kind.id, since)
        shown["found"] = chat.say("duties.rate_found", found=found, mended=mended) if found else ""
        lacking = rates.missing(chat.session, scope, unit, kind.id, since, until)
        waiting = unmended(chat.session, scope, unit, kind.id) if mended < found else ()
        lists = [_Row(WHO, chat.say("duties.rate_who"))] if lacking else []
        lists += [_Row(MEND, chat.say("duties.rate_mend", count=found - mended))] if waiting else []
        if not lists:
            return Told("duties.rate_all", shown)
        below = rates.rates_below(chat.session, scope, unit, kind.id, since, until)
        lower = [_Row(each.id, _line(chat, each.name, of), each) for each, of in below]
        step = lists[0]
        if lower or len(lists) > 1:
            step = yield from Pick("duties.rate_below", [*lists, *lower], **shown)
        if step.id == MEND:
            return Told("duties.rate_unmended", shown | {"count": found - mended, "lines": _unmended(chat, waiting)})
        if step.unit is None:
            return Told("duties.rate_missing", shown | {"count": len(lacking), "lines": _missing(chat, lacking)})
        unit, rate = next((each, of) for each, of in below if each.id == step.unit.id)


def _line(chat: Chat, title: str, rate: Rate) -> str:
    return chat.say("duties.rate_line", title=title, done=rate.done, expected=rate.expected, percent=rate.percent)


def _missing(chat: Chat, lacking: Sequence[Missing]) -> str:
    who = _owners(chat, [each.task for each in lacking[:_SHOWN]])
    lines = [
        chat.say(
            "duties.rate_missing_line", unit=label(chat.session, each.unit), day=each.task.due_on, who=who[each.task.id]
        )
        for each in lacking[:_SHOWN]
    ]
    return _folded(chat, lines, len(lacking))


def _unmended(chat: Chat, waiting: Sequence[Unmended]) -> str:
    who = _owners(chat, [each.task for each in waiting[:_SHOWN]])
    lines = [
        chat.say(
            "duties.rate_unmended_line",
            unit=label(chat.session, each.unit),
            item=each.finding.item,
            what=each.finding.what,
            day=each.finding.mend_by,
            who=who[each.task.id],
        )
        for each in waiting[:_SHOWN]
    ]
    return _folded(chat, lines, len(waiting))


def _owners(chat: Chat, tasks: Sequence[DutyTask]) -> dict[int, str]:
    owners = owners_of(chat.session, tasks)
    named = {
        task.id: "、".join(chat.session.get_one(Person, person).name for person in owners.get(task.id, ()))
        for task in tasks
    }
    return {task_id: names or chat.say("duties.nobody") for task_id, names in named.items()}


def _folded(chat: Chat, lines: list[str], count: int) -> str:
    more = [chat.say("duties.rate_missing_more", count=count - _SHOWN)] if count > _SHOWN else []
    return "\n".join([*lines, *more])

"""任务: what the calendar asks of me; I say that it is done, item by item, or that a finding was mended."""

from collections.abc import Sequence
from dataclasses import dataclass

from handlers.chat import Chat
from handlers.dialogue import Dialogue, Kept
from handlers.flow import Who, flow
from handlers.prompts import Confirm, Pick
from handlers.said import Said
from handlers.staff.task_asking import ask_about
from models.care.duties import findings, owners, reporting
from models.care.duties.kinds import kinds
from models.care.duties.tables import DutyFinding, DutyTask
from models.roster.units import Unit, label


@dataclass(frozen=True)
class _Thing:
    """A line of the list: a task, or a finding at one that waits to be mended."""

    id: int
    label: str
    task: DutyTask
    finding: DutyFinding | None = None


@flow("任务", "我的任务", who=Who.STAFF, menu="duties.menu")
def do_task(chat: Chat) -> Dialogue:
    """Picks one of mine, answers what it asks, and keeps it after it was read back."""
    chosen = yield from Pick("duties.which", _mine(chat), empty="duties.none")
    if chosen.finding is not None:
        finding, unit = chosen.finding, _place(chat, chosen.task)
        yield from Confirm("duties.mended_read_back", item=finding.item, what=finding.what, unit=unit)
        mended = findings.mend(chat.session, chat.me, finding.id)
        return Kept("duties.mended", {"item": finding.item}, undo=("mend", mended.id))
    kind = reporting.kind_of(chosen.task)
    said = yield from ask_about(chat, chosen.task, kind)
    reporting.report_task(chat.session, chat.me, chosen.task.id, said, cause=chat.cause)
    return Kept("duties.kept", {"title": kind.title}, undo=("duty", chosen.task.id))


@flow("改任务", "改任务记录", who=Who.STAFF, menu="duties.correct_menu")
def correct_task(chat: Chat) -> Dialogue:
    """Asks everything about one of the last week's again; what was said before stays known."""
    found = reporting.correctable(chat.session, chat.me)
    things = [_Thing(task.id, _line(chat, task, "duties.line_done"), task) for task in _known(found)]
    chosen = yield from Pick("duties.which_correct", things, empty="duties.none_to_correct")
    said = yield from ask_about(chat, chosen.task, reporting.kind_of(chosen.task))
    reporting.correct_report(chat.session, chat.me, chosen.task.id, said, cause=chat.cause)
    return Kept("duties.corrected")


def take_back(chat: Chat, task_id: int) -> str:
    """撤销 of a report."""
    task = reporting.undo_report(chat.session, chat.me, task_id)
    return chat.say("duties.undone", title=reporting.kind_of(task).title)


def take_back_mend(chat: Chat, finding_id: int) -> str:
    """撤销 of 改好了."""
    return chat.say("duties.mend_undone", item=findings.undo_mend(chat.session, chat.me, finding_id).item)


def join_task(chat: Chat, task_id: int, said: Said) -> str | None:
    """A photo that came just after a report belongs to it."""
    if said.kind != "image":
        return None
    task = chat.session.get_one(DutyTask, task_id)
    reporting.add_photo(chat.session, task, said.media_id)
    return chat.say("duties.photo_joined", count=reporting.photos_of(chat.session, task))


def _mine(chat: Chat) -> list[_Thing]:
    tasks = _known(owners.my_tasks(chat.session, chat.me))
    waiting = findings.my_findings(chat.session, chat.me)
    to_mend = [
        _Thing(each.id, chat.say("duties.to_mend", item=each.item, what=each.what, day=each.mend_by), task, each)
        for each, task in waiting
    ]
    return [*(_Thing(task.id, _open_line(chat, task), task) for task in tasks), *to_mend]


def _known(tasks: Sequence[DutyTask]) -> list[DutyTask]:
    return [task for task in tasks if task.kind in kinds()]


def _open_line(chat: Chat, task: DutyTask) -> str:
    return _line(chat, task, "duties.line_late" if task.due_on < chat.today else "duties.line")


def _line(chat: Chat, task: DutyTask, key: str) -> str:
    return chat.say(key, title=kinds()[task.kind].title, unit=_place(chat, task), day=task.due_on)


def _place(chat: Chat, task: DutyTask) -> str:
    return label(chat.session, chat.session.get_one(Unit, task.unit_id))

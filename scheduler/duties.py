"""A working morning's duties: tasks that came due are opened, their owners reminded, the next tier told; each once."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta

from models.base.clock import at_local, local_date
from models.base.dates import day_in_words
from models.base.store import Session, Store
from models.base.texts import say
from models.calendar.pulse import fall_asleep, pulse
from models.care.duties.kinds import kinds
from models.care.duties.opening import open_tasks, openings
from models.care.duties.orders import DUTIES
from models.care.duties.reminding import Morning, due_reminders, mark_said
from models.care.duties.tables import DutyFinding, DutyTask
from models.messaging.words import tell
from models.roster.people import Person
from models.roster.units import Unit, label
from scheduler.task import Made

HOUR, HUMANE = time(8, 0), timedelta(hours=12)
"""From eight in the morning; what a machine that was off at eight has to say after eight in the evening, waits."""
LOOK_BACK = timedelta(days=31)
_SHOWN = 5
_AT_ONCE = 50


def see_to_duties(store: Store) -> Iterator[Made]:
    """Opens what the calendar called for since the last look, then tells each person once a day what there is."""
    with store.write() as session:
        row = pulse(session, DUTIES)
        since = row.next_at
        first = max(local_date(row.looked_at), session.today - LOOK_BACK)
        late = session.now - at_local(session.today, HOUR)
    if late < timedelta(0):
        _rest(store, since, 0)
        return
    opened = _open(store, first)
    told = 0
    if late < HUMANE:
        told = _remind(store)
    _rest(store, since, 1)
    if opened:
        yield Made(DUTIES, "opened", opened)
    if told:
        yield Made(DUTIES, "made", told)


def _open(store: Store, first: date) -> int:
    with store.read() as session:
        found = list(openings(session, first, session.today))
    opened = 0
    for each in found:
        with store.write() as session:
            opened += open_tasks(session, each)
    return opened


def _remind(store: Store) -> int:
    """One message a person and day: its key keeps a second tick, and a second scheduler, from saying it again."""
    with store.read() as session:
        mornings = due_reminders(session)
    people, told = sorted(mornings), 0
    for at in range(0, len(people), _AT_ONCE):
        some = people[at : at + _AT_ONCE]
        with store.write() as session:
            told += sum(_tell(session, person_id, mornings[person_id]) for person_id in some)
            mark_said(session, [mornings[person_id] for person_id in some])
    return told


def _tell(session: Session, person_id: int, morning: Morning) -> bool:
    parts = [
        _tasks(session, morning.tasks),
        _part("duties.remind_mend", [_finding(session, each) for each in morning.findings], len(morning.findings)),
        _below(session, morning.below),
        _findings_below(session, morning.findings_below),
    ]
    key = f"duty:{person_id}:{session.today.isoformat()}"
    person = session.get_one(Person, person_id)
    told = tell(session, person, "\n".join(filter(None, parts)), key=key, title=say("duties.remind_title"))
    return told.planned_at == session.now


def _tasks(session: Session, tasks: Sequence[DutyTask]) -> str:
    """One task by its day, name and what is to be done, which is all that a card shows; of several, what is to be done
    with those that are told of for the first time, once a kind."""
    if len(tasks) == 1:
        task, late = tasks[0], tasks[0].due_on < session.today
        kind, unit = kinds()[task.kind], label(session, session.get_one(Unit, task.unit_id))
        key = "duties.remind_one_late" if late else "duties.remind_one"
        return say(key, day=day_in_words(task.due_on), title=kind.title, unit=unit, do=kind.do)
    lines, said = [], set()
    for task in tasks[:_SHOWN]:
        line = _task(session, task)
        if task.reminded_on is None and task.kind not in said:
            said.add(task.kind)
            line = f"{line}\n{kinds()[task.kind].do}"
        lines.append(line)
    return _part("duties.remind", lines, len(tasks))


def _below(session: Session, tasks: Sequence[DutyTask]) -> str:
    """What is overdue with those below; the first line, all that a card shows, names the first of them."""
    if not tasks:
        return ""
    first = tasks[0]
    named = {"title": kinds()[first.kind].title, "unit": label(session, session.get_one(Unit, first.unit_id))}
    if len(tasks) == 1:
        return say("duties.remind_below_one", day=day_in_words(first.due_on), **named)
    return _part("duties.remind_below", [_task(session, each) for each in tasks], len(tasks), **named)


def _findings_below(session: Session, findings: Sequence[int]) -> str:
    if not findings:
        return ""
    first = session.get_one(DutyTask, session.get_one(DutyFinding, findings[0]).task_id)
    unit = label(session, session.get_one(Unit, first.unit_id))
    lines = [_finding_below(session, each) for each in findings]
    key = "duties.remind_mend_below" if len(findings) > 1 else "duties.remind_mend_below_one"
    return _part(key, lines, len(findings), unit=unit)


def _part(key: str, lines: Sequence[str], count: int, **named: str) -> str:
    if not lines:
        return ""
    more = [say("duties.remind_more", count=count - _SHOWN)] if count > _SHOWN else []
    return say(key, count=count, lines="\n".join([*lines[:_SHOWN], *more]), **named)


def _task(session: Session, task: DutyTask) -> str:
    unit = label(session, session.get_one(Unit, task.unit_id))
    key = "duties.line_late" if task.due_on < session.today else "duties.line"
    return say(key, title=kinds()[task.kind].title, unit=unit, day=day_in_words(task.due_on))


def _finding(session: Session, finding_id: int) -> str:
    finding = session.get_one(DutyFinding, finding_id)
    return say("duties.to_mend", item=finding.item, what=finding.what, day=day_in_words(finding.mend_by))


def _finding_below(session: Session, finding_id: int) -> str:
    task = session.get_one(DutyTask, session.get_one(DutyFinding, finding_id).task_id)
    unit = label(session, session.get_one(Unit, task.unit_id))
    return say("duties.to_mend_at", unit=unit, line=_finding(session, finding_id))


def _rest(store: Store, since: datetime, days: int) -> None:
    with store.write() as session:
        row = pulse(session, DUTIES)
        row.looked_at = session.now
        fall_asleep(row, since, at_local(session.today + timedelta(days=days), HOUR))

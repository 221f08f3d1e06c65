"""What the sender of a photo or recording that could not be kept hears: why, of which visit, what is open again."""

from sqlmodel import col, select

from models.base.dates import day_in_words
from models.base.store import Session
from models.base.texts import say
from models.care.duties.kinds import kinds
from models.care.duties.reporting import is_task_done
from models.care.duties.tables import LIVE_REPORT, DutyReport, DutyTask
from models.care.visits import Attachment, AttachmentKind, Visit, VisitRevision
from models.care.visits.tables import LIVE
from models.messaging.words import tell
from models.roster.children import Child
from models.roster.labels import label
from models.roster.people import Person
from models.roster.scope import full_scope

_WORDS = {
    "too_large": "media.too_large",
    "wrong_type": "media.wrong_type",
    "broken": "media.broken",
    "empty": "media.broken",
    "expired": "media.expired",
}


def tell_of_refusal(session: Session, row: Attachment) -> None:
    """Tells whoever sent it, once; `row.reason` is why."""
    sender = session.get_one(Person, _sender(session, row))
    what = say("media.voice" if row.kind is AttachmentKind.VOICE else "media.photo")
    lines = [say(_WORDS[row.reason], what=what), *_of_which(session, row, sender), *_also(session, row)]
    tell(session, sender, "\n".join(lines), key=f"attachment:{row.id}")


def _sender(session: Session, row: Attachment) -> int:
    """Who sent it: the mentor of its visit, or whoever reported its task."""
    if row.visit_id is not None:
        return session.get_one(Visit, row.visit_id).mentor_id
    query = select(DutyReport.recorded_by).where(DutyReport.task_id == row.task_id, *LIVE_REPORT)
    return session.exec(query).one()


def _of_which(session: Session, row: Attachment, sender: Person) -> list[str]:
    """Which visit it was of, if it still stands; the child is named only while the sender may see it."""
    if row.visit_id is None:
        return []
    said = session.exec(select(VisitRevision).where(VisitRevision.visit_id == row.visit_id, *LIVE)).first()
    if said is None:
        return []
    facts = {"day": day_in_words(said.day, session.today), "way": said.way.value}
    child = session.exec(full_scope(session, sender).children(session).where(col(Child.id) == said.child_id)).first()
    if child is None:
        return [say("media.of_a_visit", **facts)]
    return [say("media.of_visit", child=label(session, child), **facts)]


def _also(session: Session, row: Attachment) -> list[str]:
    """What is open again without that photo."""
    session.flush()
    task = session.get(DutyTask, row.task_id) if row.task_id is not None else None
    if task is None or task.kind not in kinds() or is_task_done(session, task):
        return []
    return [say("media.task_open", title=kinds()[task.kind].title)]

"""走访记录 NAME: the latest visits of a child, for whoever has the child in scope."""

from handlers.chat import Chat
from handlers.dialogue import Dialogue, Told
from handlers.flow import flow
from handlers.prompts import Pick, Text
from models.base.errors import Refused
from models.care import visits
from models.care.visits import Visit, VisitRevision
from models.roster.labels import labels
from models.roster.people import Duty, Person, duties_of
from models.roster.scope import OVERSEEING, children_named

_SHOWN = 5
_CHARACTERS = 60
_READERS = (Duty.MENTOR, Duty.CLASS_TEACHER, Duty.ADMIN, Duty.APPROVER, Duty.DUTY_OFFICER, Duty.AUDITOR)


@flow("走访记录", "家访记录", duty=_READERS, glued=True, menu="history.menu")
def visit_history(chat: Chat) -> Dialogue:
    """Tells the latest five. Whoever oversees a whole school names the child; a teacher picks from his own."""
    scope = visits.reading_scope(chat.session, chat.me)
    oversees = bool({staff.duty for staff in duties_of(chat.session, chat.me.id)} & OVERSEEING)
    if oversees:
        name = yield from Text("history.whose", at_most=40)
        children = children_named(chat.session, scope, name.text)
        if not children:
            raise Refused("history.nobody", name=name.text)
    else:
        children = chat.session.exec(scope.children(chat.session)).all()
    shown = labels(chat.session, children)
    child = yield from Pick(
        "history.which", children, name=lambda child: shown[child.id], sole=oversees, empty="visit.no_children"
    )
    found = visits.visits_of(chat.session, scope, child, limit=_SHOWN)
    if not found:
        return Told("history.none", {"child": shown[child.id]})
    lines = "\n".join(_line(chat, row) for row in found)
    count = visits.visits_in_all(chat.session, child)
    return Told("history.list", {"child": shown[child.id], "count": count, "lines": lines})


def _line(chat: Chat, row: VisitRevision) -> str:
    writer = chat.session.get_one(Person, chat.session.get_one(Visit, row.visit_id).mentor_id)
    words = row.note or chat.say("ask.voice_waits")
    words = words if len(words) <= _CHARACTERS else words[:_CHARACTERS] + "…"
    return chat.say("history.line", day=row.day, way=row.way, who=writer.name, words=words)

"""我的孩子: a mentor's children with when each is due; a guardian's own with who looks after them at school."""

from handlers.chat import Chat
from handlers.dialogue import Dialogue, Told
from handlers.flow import flow
from handlers.guardian.schedule import lesson_line
from models.care.visits import Due, due_children
from models.roster.labels import labels
from models.roster.people import Person
from models.roster.scope import guardian_scope
from models.roster.ties import mentors_of

_SHOWN = 10


@flow("我的孩子", menu="my_children.menu")
def my_children(chat: Chat) -> Dialogue:
    """Both parts, for who is both."""
    yield from ()
    parts = [part for part in (_as_mentor(chat), _as_guardian(chat)) if part]
    return Told("my_children.both", {"parts": "\n".join(parts)}) if parts else Told("my_children.none")


def _as_mentor(chat: Chat) -> str:
    found = due_children(chat.session, chat.me)
    if not found:
        return ""
    shown = labels(chat.session, [due.child for due in found])
    lines = [_due_line(chat, due, shown[due.child.id]) for due in found[:_SHOWN]]
    lines += [chat.say("my_children.more", count=len(found) - _SHOWN)] if len(found) > _SHOWN else []
    return "\n".join([chat.say("my_children.mentored", count=len(found)), *lines])


def _due_line(chat: Chat, due: Due, label: str) -> str:
    late = (chat.today - due.on).days
    if due.last is None:
        key = "my_children.never_late" if late > 0 else "my_children.never"
    else:
        key = "my_children.late" if late > 0 else "my_children.due"
    return chat.say(key, child=label, last=due.last, on=due.on, days=late)


def _as_guardian(chat: Chat) -> str:
    wards = chat.session.exec(guardian_scope(chat.me).children(chat.session)).all()
    if not wards:
        return ""
    shown, lines = labels(chat.session, wards), []
    for child in wards:
        mentors = [chat.session.get_one(Person, tie.person_id).name for tie in mentors_of(chat.session, child.id)]
        key = "my_children.ward" if mentors else "my_children.ward_alone"
        lines.append(chat.say(key, child=shown[child.id], who=list(dict.fromkeys(mentors))))
    return "\n".join([chat.say("my_children.own"), *lines, *filter(None, [lesson_line(chat)])])

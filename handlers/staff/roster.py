"""调班 and 交接: an administrator moves a child, or hands the children of a mentor who leaves to another."""

from collections.abc import Sequence
from typing import TypeVar

from handlers.chat import Chat
from handlers.dialogue import Dialogue, Kept
from handlers.flow import flow
from handlers.prompts import Confirm, Pick, Text
from handlers.staff.asking import placed
from models.base.errors import Refused
from models.care.leaving import hand_on_alerts
from models.messaging.words import tell
from models.roster import changes
from models.roster.labels import label, labels
from models.roster.people import Duty, staff_of
from models.roster.scope import admin_scope, children_named
from models.roster.units import Unit

_T = TypeVar("_T")


@flow("调班", "转班", "转学", duty=Duty.ADMIN, menu="move_child.menu")
def move_child(chat: Chat) -> Dialogue:
    """Which child, to which class, read back; both class teachers and a mentor who loses the child are told."""
    session, scope = chat.session, admin_scope(chat.session, chat.me)
    said = yield from Text("move_child.whom", at_most=40)
    children = _some(children_named(session, scope, said.text), "move_child.nobody", said.text)
    shown = labels(session, children)
    child = yield from Pick("move_child.which", children, name=lambda child: shown[child.id], sole=True)
    said = yield from Text("move_child.where", at_most=40)
    found = _some(changes.classes_named(session, scope, said.text), "move_child.no_class", said.text)
    names = {unit.id: name for unit, name in found}
    units = _some([unit for unit, _ in found if unit.id != child.unit_id], "move_child.same_class", said.text)
    class_ = yield from Pick("move_child.which_class", units, name=lambda unit: names[unit.id], sole=True)
    yield from Confirm("move_child.read_back", child=shown[child.id], to=names[class_.id])
    before = staff_of(session, session.get_one(Unit, child.unit_id), Duty.CLASS_TEACHER)
    without = changes.transfer(session, scope, child, class_, by=chat.me.id)
    words = {"child": child.name, "to": names[class_.id]}
    told = {each.id: (each, "move_child.left_class") for each in before}
    told |= {each.id: (each, "move_child.leaves") for each in without}
    told |= {each.id: (each, "move_child.arrives") for each in staff_of(session, class_, Duty.CLASS_TEACHER)}
    for person, key in told.values():  # each once, whatever they were and are to the child
        if person.id != chat.me.id:
            tell(session, person, chat.say(key, **words), key=f"moved:{chat.cause}:{person.id}")
    return Kept("move_child.unpaired" if without else "move_child.done", words)


@flow("交接", duty=Duty.ADMIN, menu="hand_over.menu")
def hand_over(chat: Chat) -> Dialogue:
    """Who leaves, who takes over, why, read back with the number of children; both are told."""
    session, scope = chat.session, admin_scope(chat.session, chat.me)
    said = yield from Text("hand_over.leaving", at_most=40)
    people = _some(changes.mentors_named(session, scope, said.text), "hand_over.no_mentor", said.text)
    leaving = yield from Pick("hand_over.which_leaving", people, name=placed(chat), sole=True)
    said = yield from Text("hand_over.taking", at_most=40)
    people = _some(changes.staff_named(session, scope, said.text), "hand_over.no_staff", said.text)
    taking = yield from Pick("hand_over.which_taking", people, name=placed(chat), sole=True)
    if leaving.id == taking.id:
        raise Refused("hand_over.same_person")
    count = len(changes.mentees_in(session, scope, leaving))
    reason = yield from Text("hand_over.why", at_most=60)
    yield from Confirm("hand_over.read_back", leaving=leaving.name, taking=taking.name, count=count, why=reason)
    children = changes.hand_over(session, scope, leaving, taking, reason=reason.text, by=chat.me.id)
    hand_on_alerts(session, leaving)
    names = "\n".join(label(session, child) for child in children[:5])
    words: dict[str, object] = {"leaving": leaving.name, "taking": taking.name, "count": count, "names": names}
    tell(session, taking, chat.say("hand_over.takes", **words), key=f"handed:{chat.cause}:{taking.id}")
    tell(session, leaving, chat.say("hand_over.gives", **words), key=f"handed:{chat.cause}:{leaving.id}")
    return Kept("hand_over.done", words)


def _some(found: Sequence[_T], key: str, said: str) -> Sequence[_T]:
    """What was found. Raises Refused with the key where there is nothing."""
    if not found:
        raise Refused(key, said=said)
    return found

"""Where a question goes that somebody asks with 人工: to the people nearest to the asker."""

from collections.abc import Sequence

from handlers.chat import Chat
from models.base.errors import Refused
from models.messaging.questions import pass_question
from models.roster.children import Child
from models.roster.hearing import first_who_hears
from models.roster.people import Duty, Person, duties_of, staff_of
from models.roster.ties import wards_of
from models.roster.units import Unit

_ANSWERS = (Duty.CLASS_TEACHER, Duty.ADMIN)


def pass_on(chat: Chat, words: str) -> str:
    """Sends the words to the class teachers of the asker's children, or to the nearest administrator, the first of
    them who hears; returns who will answer. Raises Refused `human.nobody` where there is nobody to send them to."""
    people = _nearest(chat, chat.me)
    if not people:
        raise Refused("human.nobody")
    for each in people:
        key = f"human:{chat.cause}:{each.id}"
        pass_question(chat.session, chat.me, each, words, key=key, pages=chat.pages)
    return "、".join(each.name for each in people)


def _nearest(chat: Chat, asker: Person) -> Sequence[Person]:
    session = chat.session
    units = [session.get_one(Child, tie.child_id).unit_id for tie in wards_of(session, asker.id)]
    units = units or [staff.unit_id for staff in duties_of(session, asker.id)]
    found: dict[int, Person] = {}
    for unit_id in dict.fromkeys(units):
        people = staff_of(session, session.get_one(Unit, unit_id), *_ANSWERS, above=True)
        others = [each for each in people if each.id != asker.id]
        found |= {each.id: each for each in first_who_hears(session, others)}
    return list(found.values())

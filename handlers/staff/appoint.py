"""安排职务: an administrator gives somebody a duty in a unit, or ends one; 撤销 takes either back."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import col

from handlers.chat import Chat
from handlers.dialogue import Dialogue, Kept
from handlers.flow import flow
from handlers.prompts import Confirm, Pick, Text
from handlers.reading.people import name_and_phone
from handlers.staff.asking import placed
from handlers.staff.which_unit import OwnUnit
from models.base.errors import Refused
from models.care.leaving import end_duty
from models.messaging.appointment_news import ask_seconds, facts_of, is_appointed
from models.roster.appointing import Holder, appoint, checked, duties_in, holders, restore, somebody
from models.roster.changes import staff_named
from models.roster.nominations import Nomination, withdraw_nomination
from models.roster.people import WEIGHTY, Duty, Person, Staff
from models.roster.scope import admin_scope
from models.roster.units import Unit, UnitKind, label, labels


@dataclass(frozen=True)
class _Choice:
    """To ask one more to have the duty (`holder` None), or to end it for somebody who has it."""

    id: int
    label: str
    holder: Holder | None = None


@flow("安排职务", "职务", "任职", duty=Duty.ADMIN, menu="appoint.menu")
def appoint_staff(chat: Chat) -> Dialogue:
    """For which unit, which duty, and who; where somebody has it already, that one may be stopped."""
    scope = admin_scope(chat.session, chat.me)
    units = chat.session.exec(scope.units().where(col(Unit.kind) != UnitKind.GRADE)).all()
    called = labels(chat.session, units)
    highest_first = sorted(units, key=lambda each: each.path.count("/"))
    unit = yield from OwnUnit(chat, "appoint.unit", highest_first, name=lambda each: called[each.id])
    held = holders(chat.session, unit)
    duty = yield from Pick(
        "appoint.which",
        duties_in(unit),
        name=lambda each: _with_holders(chat, each, held),
        words=lambda each: (_called(chat, each),),
        unit=called[unit.id],
    )
    here = [each for each in held if each.staff.duty == duty]
    if here:
        choices = [_Choice(0, chat.say("appoint.another"))]
        choices += [_Choice(e.staff.id, chat.say("appoint.ends", name=e.person.name), e) for e in here]
        choice = yield from Pick("appoint.next", choices, duty=_called(chat, duty))
        if choice.holder is not None:
            return (yield from _ending(chat, choice.holder, sole=len(here) == 1))
    return (yield from _giving(chat, unit, duty))


def take_back(chat: Chat, staff_id: int) -> str:
    """撤销 of a duty that was given: it ends."""
    staff = end_duty(chat.session, chat.me, chat.session.get_one(Staff, staff_id))
    return chat.say("appoint.ended", **_facts(chat, staff))


def take_back_nomination(chat: Chat, nomination_id: int) -> str:
    """撤销 of a nomination: nobody is asked any more."""
    nomination = chat.session.get_one(Nomination, nomination_id)
    withdraw_nomination(chat.session, nomination, chat.me)
    return chat.say("appoint.not_asked", name=chat.session.get_one(Person, nomination.person_id).name)


def take_back_end(chat: Chat, staff_id: int) -> str:
    """撤销 of an end: the duty holds again."""
    staff = restore(chat.session, chat.me, chat.session.get_one(Staff, staff_id))
    return is_appointed(chat.session, staff, chat.me)


def _giving(chat: Chat, unit: Unit, duty: Duty) -> Dialogue:
    said = yield from Text("appoint.whom", at_most=40, duty=_called(chat, duty))
    name, phone = name_and_phone(said.text)
    person: Person | None = None
    if phone:
        name, phone = checked(chat.session, chat.me, name, phone)
    else:
        found = staff_named(chat.session, admin_scope(chat.session, chat.me), name)
        if not found:
            raise Refused("appoint.nobody", said=name)
        person = yield from Pick("appoint.which_person", found, name=placed(chat), sole=True)
        name, phone = person.name, person.phone
    second = chat.say("appoint.second") if duty in WEIGHTY else ""
    words = {
        "name": name,
        "tail": phone[-4:] or chat.say("ask.none"),
        "unit": label(chat.session, unit),
        "duty": _called(chat, duty),
    }
    yield from Confirm("appoint.read_back", **words, second=second)
    person = person or somebody(chat.session, chat.me, name, phone)
    made = appoint(chat.session, chat.me, person, unit, duty)
    if isinstance(made, Nomination):
        return Kept("appoint.asked", {"who": ask_seconds(chat.session, made)}, undo=("nominated", made.id))
    return Kept("appoint.said", {"said": is_appointed(chat.session, made, chat.me)}, undo=("appointed", made.id))


def _ending(chat: Chat, holder: Holder, *, sole: bool) -> Dialogue:
    facts = _facts(chat, holder.staff)
    alone = chat.say("appoint.none_left", **facts) if sole else ""
    yield from Confirm("appoint.end_read_back", **facts, alone=alone)
    ended = end_duty(chat.session, chat.me, holder.staff)
    return Kept("appoint.ended", facts, undo=("dismissed", ended.id))


def _facts(chat: Chat, staff: Staff) -> dict[str, object]:
    person, unit = chat.session.get_one(Person, staff.person_id), chat.session.get_one(Unit, staff.unit_id)
    return facts_of(chat.session, person, unit, staff.duty)


def _with_holders(chat: Chat, duty: Duty, held: Sequence[Holder]) -> str:
    names = "、".join(each.person.name for each in held if each.staff.duty == duty)
    return chat.say("appoint.line", duty=_called(chat, duty), names=names or chat.say("appoint.nobody_yet"))


def _called(chat: Chat, duty: Duty) -> str:
    return chat.say(f"duty.{duty.value}")

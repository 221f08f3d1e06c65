"""同意书: what we keep and why, in plain words, before anything is shown; 撤回同意 takes it back."""

import hashlib

from handlers.chat import Chat
from handlers.dialogue import Dialogue, Kept, Told
from handlers.flow import Who, flow
from handlers.prompts import YesNo
from models.learning.enrolments import enrol
from models.messaging.broadcasts import BroadcastState
from models.messaging.overview import in_sight
from models.roster.accounts import person_of
from models.roster.consent import give_consent, has_consent, refuse_consent, withdraw_consent
from models.roster.people import Duty, Person, duties_of
from models.roster.ties import wards_of

_STAFF = ("consent.ask_staff", "consent.given_staff")
_GUARDIAN = ("consent.ask_guardian", "consent.given_guardian")


@flow("同意书", "同意", who=Who.ANYONE)
def consent(chat: Chat) -> Dialogue:
    """Shows the words and takes yes or no. The person is looked up anew: they may have been bound a moment ago."""
    person = person_of(chat.session, chat.openid)
    if person is None:
        return Told("bind.who")
    if has_consent(chat.session, person.id):
        return Told(*_already(chat, person))
    ask, given = _STAFF if duties_of(chat.session, person.id) else _GUARDIAN
    agreed = yield from YesNo(ask, yes="consent.yes", no="consent.no", name=person.name)
    if not agreed:
        refuse_consent(chat.session, person.id)
        return Kept("consent.refused")
    wording = hashlib.sha256(chat.say(ask, name="").encode()).hexdigest()[:16]
    give_consent(chat.session, person.id, wording=wording)
    if wards_of(chat.session, person.id):
        enrol(chat.session, [person.id])
    return Kept(given)


def _already(chat: Chat, person: Person) -> tuple[str, dict[str, object]]:
    """What was agreed to; who approves notices must not take it for an approval."""
    if all(staff.duty != Duty.APPROVER for staff in duties_of(chat.session, person.id)):
        return "consent.already", {}
    waiting = [each for each in in_sight(chat.session, person, BroadcastState.AWAITING) if each.written_by != person.id]
    return ("consent.already_waiting", {"count": len(waiting)}) if waiting else ("consent.already_none_waits", {})


@flow("撤回同意", "不同意", "退订", "不想收了", "不收了")
def withdraw(chat: Chat) -> Dialogue:
    """Asks once more, and stops everything that rests on the consent."""
    if not has_consent(chat.session, chat.me.id):
        return Told("consent.refused")
    sure = yield from YesNo("consent.withdraw_sure", yes="consent.withdraw_yes", no="consent.withdraw_no")
    if not sure:
        return Told("consent.stays")
    withdraw_consent(chat.session, chat.me.id)
    return Kept("consent.withdrawn")

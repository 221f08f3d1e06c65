"""待办: what waits for one's word: who is really who, where a phone could not say it, and who gets a weighty duty."""

from dataclasses import dataclass

from handlers.chat import Chat
from handlers.dialogue import Dialogue, Kept
from handlers.flow import flow
from handlers.prompts import Pick, YesNo
from models.messaging.appointment_news import facts_of_nomination, tell_of_decision
from models.messaging.binding_news import tell_account, tell_of_binding, who_is
from models.roster.binding import BindingRequest, decide, waiting_for
from models.roster.nominations import Nomination, decide_nomination, nominations_for
from models.roster.people import Duty, Person


@dataclass(frozen=True)
class _Waiting:
    id: int
    label: str
    request: BindingRequest | Nomination


@flow("待办", "批准绑定", "审批绑定", duty=(Duty.CLASS_TEACHER, Duty.ADMIN, Duty.APPROVER), menu="to_decide.menu")
def to_decide(chat: Chat) -> Dialogue:
    """Shows what waits, and takes yes or no; the next one follows at once."""
    found = _all(chat)
    chosen = yield from Pick("to_decide.which", found, sole=True, empty="to_decide.none")
    request, more = chosen.request, "to_decide" if len(found) > 1 else ""
    if isinstance(request, Nomination):
        facts = facts_of_nomination(chat.session, request)
        granted = yield from YesNo("appoint.sure", yes="appoint.yes", no="appoint.no", **facts)
        return _nomination(chat, request, granted, more)
    granted = yield from YesNo(
        "approve_binding.sure", yes="approve_binding.yes", no="approve_binding.no", who=chosen.label
    )
    return _binding(chat, request, granted, more)


def _all(chat: Chat) -> list[_Waiting]:
    found: list[_Waiting] = []
    for asked in waiting_for(chat.session, chat.me):
        person = chat.session.get_one(Person, asked.person_id)
        who = chat.say("approve_binding.line", name=person.name, who=who_is(chat.session, person, chat.me))
        found.append(_Waiting(asked.id, who, asked))
    for proposed in nominations_for(chat.session, chat.me):
        line = chat.say("appoint.nomination_line", **facts_of_nomination(chat.session, proposed))
        found.append(_Waiting(proposed.id, line, proposed))
    return found


def _binding(chat: Chat, request: BindingRequest, granted: bool, more: str) -> Kept:
    session = chat.session
    bound = decide(session, request, chat.me, granted=granted)
    name = session.get_one(Person, request.person_id).name
    if bound is None:
        tell_account(session, request.openid, chat.say("bind.denied"), key=f"denied:{request.id}")
        return Kept("approve_binding.denied", {"name": name}, then=more)
    tell_of_binding(session, bound, cause=chat.cause, bureau=chat.bureau, by=chat.me)
    tell_account(session, request.openid, chat.say("bind.approved", name=name), key=f"approved:{request.id}")
    return Kept("approve_binding.granted", {"name": name}, then=more)


def _nomination(chat: Chat, nomination: Nomination, granted: bool, more: str) -> Kept:
    staff = decide_nomination(chat.session, nomination, chat.me, granted=granted)
    tell_of_decision(chat.session, nomination, staff, chat.me)
    facts = facts_of_nomination(chat.session, nomination)
    return Kept("appoint.denied" if staff is None else "appoint.agreed", facts, then=more)

"""电话名单 of whoever is to phone: picks one, dials from a page of their own, and says how it ended."""

from dataclasses import dataclass

from handlers.chat import Chat
from handlers.dialogue import Dialogue, Kept
from handlers.flow import Flow, Who
from handlers.prompts import Pick
from models.base.store import Session
from models.messaging.ladder import calling
from models.messaging.ladder.calling import SAID, Callee
from models.messaging.ladder.tables import CallOutcome
from models.messaging.ladder.taking_back import undo_call
from models.roster.people import Duty, Person, duties_of

_WORDS = {
    CallOutcome.TOLD: ("已通知", "通知了", "打通了", "知道了"),
    CallOutcome.NO_ANSWER: ("没接", "没人接", "没打通"),
    CallOutcome.WRONG_NUMBER: ("号码错", "空号", "打错了", "停机"),
}
_OVERSEE = {Duty.ADMIN, Duty.APPROVER, Duty.DUTY_OFFICER}


def run(chat: Chat) -> Dialogue:
    """One call of my own list."""
    mine = calling.my_calls(chat.session, chat.me)
    callee = yield from Pick(
        "calls.whom", mine, name=lambda one: _line(chat, one), empty="calls.nobody", count=len(mine)
    )
    said = yield from Pick(
        "calls.how",
        SAID,
        name=lambda outcome: chat.say(f"calls.said_{outcome.value}"),
        words=_WORDS.__getitem__,
        title=callee.title,
        who=_line(chat, callee),
        dial=_dial(chat, callee),
    )
    call = calling.settle_call(chat.session, chat.me, callee.id, said)
    more = bool(calling.my_calls(chat.session, chat.me))
    key = "calls.comes_back" if call.outcome is None else f"calls.kept_{said.value}"
    facts = {"name": callee.name, "end": "" if more else chat.say("calls.no_more")}
    return Kept(key, facts, undo=("call", call.id), then=call_list.name if more else "")


def take_back(chat: Chat, call_id: int) -> str:
    """撤销 of what was said of a call."""
    call = undo_call(chat.session, chat.me, call_id)
    key = "calls.undone" if call.outcome is None else f"calls.undone_{call.outcome.value}"
    return chat.say(key, name=chat.session.get_one(Person, call.person_id).name)


@dataclass(frozen=True)
class WhereCallsWait(Flow):
    """Open to teachers, and to an administrator while calls are on his own list: else the word means all calls."""

    def open_to(self, session: Session, person: Person | None) -> bool:
        """Whether the word means this person's own list."""
        if not super().open_to(session, person) or person is None:
            return False
        oversees = {staff.duty for staff in duties_of(session, person.id)} & _OVERSEE
        return not oversees or calling.has_calls(session, person.id)


call_list = WhereCallsWait("call_list", ("电话名单", "打电话名单"), run, Who.STAFF, menu="calls.menu_mine")


def _line(chat: Chat, callee: Callee) -> str:
    return chat.say(
        "calls.mine",
        name=callee.name,
        child=callee.child,
        relation=callee.relation,
        phone=callee.masked or chat.say("calls.no_phone"),
        reason=chat.say(f"reason.{callee.reason}"),
    )


def _dial(chat: Chat, callee: Callee) -> str:
    """Where the number is: on the caller's own page; where that was sent to another account, in the chat."""
    if not callee.phone:
        return chat.say("calls.no_phone_yet")
    link = chat.page(callee.page_id) if callee.page_id is not None else ""
    return chat.say("calls.dial", link=link) if link else chat.say("calls.dial_number", phone=callee.phone)

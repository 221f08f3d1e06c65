"""待办: a class teacher or administrator says who is really who, where a phone could not."""

from handlers.chat import Chat
from handlers.dialogue import Dialogue, Kept
from handlers.flow import flow
from handlers.prompts import Pick, YesNo
from models.messaging.binding_news import tell_account, tell_of_binding, who_is
from models.roster.binding import BindingRequest, decide, waiting_for
from models.roster.people import Duty, Person


@flow("待办", "审批绑定", duty=(Duty.CLASS_TEACHER, Duty.ADMIN, Duty.APPROVER), menu="approve_binding.menu")
def approve_binding(chat: Chat) -> Dialogue:
    """Shows who waits, and takes 批准 or 不是."""
    session = chat.session

    def label(request: BindingRequest) -> str:
        person = session.get_one(Person, request.person_id)
        return chat.say("approve_binding.line", name=person.name, who=who_is(session, person, chat.me))

    request = yield from Pick(
        "approve_binding.which", waiting_for(session, chat.me), name=label, sole=True, empty="approve_binding.none"
    )
    granted = yield from YesNo(
        "approve_binding.sure", yes="approve_binding.yes", no="approve_binding.no", who=label(request)
    )
    bound = decide(session, request, chat.me, granted=granted)
    name = session.get_one(Person, request.person_id).name
    if bound is None:
        tell_account(session, request.openid, chat.say("bind.denied"), key=f"denied:{request.id}")
        return Kept("approve_binding.denied", {"name": name})
    tell_of_binding(session, bound, cause=chat.cause, bureau=chat.bureau, by=chat.me)
    tell_account(session, request.openid, chat.say("bind.approved", name=name), key=f"approved:{request.id}")
    return Kept("approve_binding.granted", {"name": name})

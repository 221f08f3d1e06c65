"""失败: what stopped while it was being sent, why, letting it go on; and of whom nobody knows if they have it."""

from handlers.chat import Chat
from handlers.dialogue import Dialogue, Kept, Told
from handlers.flow import flow
from handlers.prompts import Pick, YesNo
from handlers.staff.asking import notice_names
from models.messaging import failures, unsure
from models.messaging.broadcasts import WRITERS, Broadcast
from models.messaging.failures import Stopped
from models.messaging.unsure import Next, Unsure


@flow("失败", "发送失败", duty=tuple(WRITERS), menu="failed.menu", names=notice_names)
def see_failures(chat: Chat) -> Dialogue:
    """One thing that stopped, its reason, and whether it shall go on; or what is not known, and what comes next."""
    found: list[Stopped | Unsure] = [*failures.stopped_work(chat.session, chat.me)]
    found += unsure.unsure(chat.session, chat.me)
    one = yield from Pick("failed.which", found, name=lambda each: _called(chat, each), empty="failed.none")
    if isinstance(one, Unsure):
        return (yield from _see_unsure(chat, one))
    why = one.why or chat.say("failed.no_reason")
    again = yield from YesNo(
        "failed.again", yes="failed.yes", no="failed.no", what=_called(chat, one), why=why, count=one.people
    )
    if not again:
        return Told("failed.left")
    failures.try_again(chat.session, chat.me, one)
    return Kept("failed.goes_on", {"what": _called(chat, one)})


def _see_unsure(chat: Chat, one: Unsure) -> Dialogue:
    facts: dict[str, object] = {"title": one.title, "count": one.people}
    if one.next is not Next.PERSON:
        return Told("failed.unsure", facts | {"next": chat.say(f"failed.next_{one.next.value}")})
    phone = yield from YesNo("failed.phone_them", yes="failed.phone_yes", no="failed.phone_no", **facts)
    if not phone:
        return Told("failed.left_unsure")
    broadcast = chat.session.get_one(Broadcast, one.broadcast_id)
    count = unsure.have_them_phoned(chat.session, broadcast, chat.me)
    return Kept("failed.are_phoned", {"title": one.title, "count": count})


def _called(chat: Chat, one: Stopped | Unsure) -> str:
    if isinstance(one, Unsure):
        return chat.say("failed.unsure_line", title=one.title, count=one.people)
    return chat.say("failed.notice", title=one.title) if one.title else chat.say("failed.other")

"""审批: the second person reads what would go out, to how many, and lets it go or sends it back."""

from enum import StrEnum

from handlers.chat import Chat
from handlers.dialogue import Dialogue, Kept, Told
from handlers.flow import flow
from handlers.prompts import Pick, Text, YesNo
from handlers.staff.asking import notice_names, typed_count, which_notice
from handlers.staff.drafts import going
from models.messaging import approval, stopping
from models.messaging.broadcasts import Broadcast, BroadcastState
from models.messaging.overview import in_sight
from models.messaging.planning.counted import forecast
from models.messaging.planning.forecast import preview
from models.messaging.planning.preview_words import preview_facts
from models.messaging.words import tell
from models.roster.people import Duty, Person


class Act(StrEnum):
    """The second person's word."""

    SEND = "同意，发出"
    BACK = "退回"


@flow("审批", "批准", duty=Duty.APPROVER, menu="announce.approve_menu", names=notice_names)
def approve_notice(chat: Chat) -> Dialogue:
    """One broadcast that waits for a second person."""
    waiting = in_sight(chat.session, chat.me, BroadcastState.AWAITING, duties=frozenset({Duty.APPROVER}))
    others = [each for each in waiting if each.written_by != chat.me.id]
    broadcast = yield from which_notice("announce.which_waiting", others, empty="announce.none_waiting")
    facts = preview_facts(chat.session, broadcast, forecast(chat.session, broadcast))
    act = yield from Pick("announce.preview", Act, **facts)
    if act is Act.BACK:
        why = yield from Text("announce.why_back", at_most=100)
        stopping.stop(chat.session, broadcast, chat.me)
        _tell_writer(chat, broadcast, "announce.sent_back", why=why.text)
        return Kept("announce.back_noted", {"title": broadcast.title})
    now = preview(chat.session, broadcast).count
    question = typed_count(now)
    if question is not None:
        count = yield from question
    else:
        count = now
        if now != broadcast.planned_count:
            asked = {"before": f"{broadcast.planned_count:,}", "now": f"{now:,}"}
            if not (yield from YesNo("announce.count_changed", **asked)):
                return Told("announce.still_waiting", {"title": broadcast.title})
    approval.approve(chat.session, broadcast, chat.me, broadcast.digest, count)
    _tell_writer(chat, broadcast, "announce.let_go")
    return going(chat, chat.session.get_one(Broadcast, broadcast.id))


def _tell_writer(chat: Chat, broadcast: Broadcast, key: str, **params: object) -> None:
    if broadcast.written_by is None:
        return
    writer = chat.session.get_one(Person, broadcast.written_by)
    text = chat.say(key, title=broadcast.title, name=chat.me.name, **params)
    tell(chat.session, writer, text, key=f"{key}:{broadcast.id}")

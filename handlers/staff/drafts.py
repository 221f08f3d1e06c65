"""草稿: a draft shows who will get it and who not; it is tried on oneself, sent for approval, or dropped."""

from enum import StrEnum
from typing import Any

from handlers.chat import Chat
from handlers.dialogue import Dialogue, Go, Kept
from handlers.flow import flow
from handlers.prompts import Pick, Text
from handlers.staff.asking import notice_names, typed_count, which_notice
from models.base.clock import local
from models.base.errors import Refused
from models.messaging import approval, emergency, stopping
from models.messaging.broadcasts import WRITERS, Broadcast
from models.messaging.overview import drafts_of
from models.messaging.planning import planner
from models.messaging.planning.counted import forecast
from models.messaging.planning.preview_words import preview_facts


class Act(StrEnum):
    """What can be done with a draft."""

    TRY = "先发给我看"
    ASK = "请人审批"
    DROP = "不发了"
    NOW = "紧急，现在就发"


@flow("草稿", "通知草稿", duty=tuple(WRITERS), names=notice_names)
def see_draft(chat: Chat) -> Dialogue:
    """One draft and the next step with it."""
    broadcast = yield from which_notice(
        "announce.which_draft",
        drafts_of(chat.session, chat.me),
        words=lambda b: (handle(b),),
        empty="announce.no_draft",
    )
    act = yield from Pick("announce.preview", _acts(chat, broadcast), **_shown(chat, broadcast))
    if act is Act.TRY:
        planner.send_to_self(chat.session, broadcast, chat.me)
        return Go("see_draft", handle(broadcast), key="announce.tried")
    if act is Act.DROP:
        stopping.stop(chat.session, broadcast, chat.me)
        return Kept("announce.dropped", {"title": broadcast.title})
    if act is Act.NOW:
        reason = yield from Text("announce.reason", at_most=200)
        question = typed_count(forecast(chat.session, broadcast).seen.count)
        count = (yield from question) if question is not None else None
        emergency.send_without_approval(chat.session, broadcast, chat.me, reason.text, count)
        return going(chat, broadcast)
    approvers = approval.please_approve(chat.session, broadcast, chat.me)
    return Kept("announce.asked", {"who": "、".join(each.name for each in approvers)})


def going(chat: Chat, broadcast: Broadcast) -> Kept:
    """What is said of a broadcast that was let go: it goes out now, or after the quiet hours."""
    reachable = forecast(chat.session, broadcast).seen.reachable
    facts: dict[str, object] = {"title": broadcast.title, "count": f"{reachable:,}"}
    if broadcast.not_before <= chat.now:
        return Kept("announce.going", facts)
    return Kept("announce.going_later", facts | {"time": f"{local(broadcast.not_before):%H:%M}"})


def handle(broadcast: Broadcast) -> str:
    """The word by which one flow hands a draft to another."""
    return f"draft{broadcast.id}"


def _shown(chat: Chat, broadcast: Broadcast) -> dict[str, Any]:
    return preview_facts(chat.session, broadcast, forecast(chat.session, broadcast))


def _acts(chat: Chat, broadcast: Broadcast) -> list[Act]:
    try:
        emergency.may_send_alone(chat.session, broadcast, chat.me)
    except Refused:  # before anybody is asked why
        return [Act.TRY, Act.ASK, Act.DROP]
    return [Act.TRY, Act.ASK, Act.DROP, Act.NOW]

"""进度, 停发, 电话名单: how far a notice is, stopping it, and whom to phone."""

from handlers.chat import Chat
from handlers.dialogue import Dialogue, Kept, Told
from handlers.flow import flow
from handlers.prompts import Pick, YesNo
from handlers.staff.asking import notice_names, which_notice
from models.messaging import stopping
from models.messaging.broadcasts import Broadcast, BroadcastState
from models.messaging.hindrance import LOOKERS, hindrance
from models.messaging.ladder.calling import call_counts, masked
from models.messaging.ladder.tables import CallOutcome
from models.messaging.overview import in_sight, stoppable
from models.messaging.phoning import Call, count_to_phone, to_phone
from models.messaging.progress import progress, state_in_words

_SHOWN = 10
_SENT = (BroadcastState.SENDING, BroadcastState.PAUSED, BroadcastState.DONE, BroadcastState.EXPIRED)


@flow("进度", "通知进度", "看进度", duty=tuple(LOOKERS), menu="announce.progress_menu", names=notice_names)
def see_progress(chat: Chat) -> Dialogue:
    """The outcomes of one broadcast so far."""
    broadcast = yield from _pick(chat, "announce.which_progress", *_SENT, BroadcastState.CANCELLED)
    now = progress(chat.session, broadcast)
    calls = call_counts(chat.session, broadcast.id)
    told, to_call = calls.get(CallOutcome.TOLD, 0), count_to_phone(chat.session, broadcast)
    counts = {
        "planned": f"{now.planned:,}",
        "waiting": f"{now.waiting:,}",
        "reached": f"{now.reached:,}",
        "acknowledged": f"{now.acknowledged:,}",
        "not_reached": f"{now.not_reached:,}",
    }
    phoned = chat.say("announce.calls", told=f"{told:,}", left=f"{to_call:,}") if calls or to_call else ""
    more = "".join(f"\n{line}" for line in (phoned, hindrance(chat.session, broadcast), _link(chat, broadcast)) if line)
    state = state_in_words(broadcast)
    return Told("announce.progress", {"title": broadcast.title, "state": state, "more": more, **counts})


@flow(
    "停发", "停", "停下", "先停", "停止", "停止发送", "停止发", "暂停", "暂停发送", "先别发", "别发了",
    duty=tuple(LOOKERS), names=notice_names,
)  # fmt: skip
def stop_notice(chat: Chat) -> Dialogue:
    """Stops what is still going out, or calls off what is out and still chased, for good."""
    running = stoppable(chat.session, chat.me)
    broadcast = yield from which_notice("announce.which_stop", running, empty="announce.none_running")
    now, done = progress(chat.session, broadcast), broadcast.state == BroadcastState.DONE
    if done:
        sure = yield from YesNo("announce.call_off_sure", title=broadcast.title)
    else:
        sure = yield from YesNo("announce.stop_sure", title=broadcast.title, waiting=f"{now.waiting:,}")
    if not sure:
        return Told("announce.still_chased" if done else "announce.goes_on")
    stopping.stop(chat.session, broadcast, chat.me)
    more = chat.say("announce.correct_how", reached=f"{now.reached:,}") if now.reached else ""
    return Kept("announce.called_off" if done else "announce.stopped", {"title": broadcast.title, "more": more})


@flow("电话名单", "电话总名单", duty=tuple(LOOKERS), menu="calls.menu", names=notice_names)
def see_calls(chat: Chat) -> Dialogue:
    """Who is to be phoned, by whom and why, within the broadcast's scope: whoever phones has the numbers."""
    broadcast = yield from _pick(chat, "calls.which", *_SENT, BroadcastState.CANCELLED)
    calls = list(to_phone(chat.session, broadcast, chat.me))
    if not calls:
        stopped = broadcast.state == BroadcastState.CANCELLED
        return Told("calls.none_stopped" if stopped else "calls.none")
    lines = [
        chat.say(
            "calls.line",
            name=call.name,
            child=call.child,
            relation=call.relation,
            phone=masked(call.phone),
            reason=chat.say(f"reason.{call.reason}"),
            more=_so_far(chat, call),
        )
        for call in calls[:_SHOWN]
    ]
    if len(calls) > _SHOWN:
        lines.append(chat.say("calls.more", count=len(calls) - _SHOWN))
    return Told("calls.list", {"title": broadcast.title, "count": len(calls), "lines": "\n".join(lines)})


def _so_far(chat: Chat, call: Call) -> str:
    """Whose list it is on, and what came of calling."""
    parts = [chat.say("calls.on_list", name=call.mentor)] if call.mentor else []
    parts += [chat.say(f"calls.said_{call.outcome}")] if call.outcome else []
    return "".join(f"，{part}" for part in parts)


def _link(chat: Chat, broadcast: Broadcast) -> str:
    """The page on which the numbers move."""
    link = chat.progress_page(broadcast.id)
    return chat.say("announce.progress_link", link=link) if link else ""


def _pick(chat: Chat, key: str, *states: BroadcastState) -> Pick[Broadcast]:
    return which_notice(key, in_sight(chat.session, chat.me, *states), empty="announce.none_sent")

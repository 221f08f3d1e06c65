"""失败: what stopped while it was being sent, why, and letting it go on."""

from handlers.chat import Chat
from handlers.dialogue import Dialogue, Kept, Told
from handlers.flow import flow
from handlers.prompts import Pick, YesNo
from models.messaging import failures
from models.messaging.broadcasts import WRITERS
from models.messaging.failures import Stopped


@flow("失败", "发送失败", duty=tuple(WRITERS), menu="failed.menu")
def see_failures(chat: Chat) -> Dialogue:
    """One thing that stopped, with its reason, and whether it shall go on."""
    found = failures.stopped_work(chat.session, chat.me)
    stopped = yield from Pick("failed.which", found, name=lambda one: _called(chat, one), empty="failed.none")
    why = stopped.why or chat.say("failed.no_reason")
    again = yield from YesNo(
        "failed.again", yes="failed.yes", no="failed.no", what=_called(chat, stopped), why=why, count=stopped.people
    )
    if not again:
        return Told("failed.left")
    failures.try_again(chat.session, chat.me, stopped)
    return Kept("failed.goes_on", {"what": _called(chat, stopped)})


def _called(chat: Chat, stopped: Stopped) -> str:
    return chat.say("failed.notice", title=stopped.title) if stopped.title else chat.say("failed.other")

"""险情: the weather turns, and whoever writes to guardians brings out the notice for it with a time until it holds."""

from datetime import timedelta
from enum import StrEnum

from handlers.chat import Chat
from handlers.dialogue import Dialogue, Go
from handlers.flow import flow
from handlers.prompts import Pick
from handlers.staff.asking import WhichUnit
from handlers.staff.drafts import handle
from models.messaging.audiences import Audience
from models.messaging.broadcasts import WRITERS
from models.messaging.hazards import draft_hazard, hazards


class For(StrEnum):
    """How long it is of use."""

    THREE = "3小时"
    SIX = "6小时"
    TWELVE = "12小时"
    DAY = "24小时"


_HOURS = {For.THREE: 3, For.SIX: 6, For.TWELVE: 12, For.DAY: 24}


def _names() -> list[str]:
    """What hazards are called. 险情 溺水 calls for none of them: it may be a report."""
    return [name for notice in hazards() for name in (notice.title, *notice.hazard)]


@flow("险情", "发险情", duty=tuple(WRITERS), menu="hazard.menu", names=_names)
def announce_hazard(chat: Chat) -> Dialogue:
    """Which hazard, where, for how long; then the draft, which a duty officer may let go alone."""
    notice = yield from Pick("hazard.which", hazards(), name=lambda n: f"《{n.title}》", words=lambda n: n.hazard)
    unit = yield from WhichUnit(chat)
    lasts = yield from Pick("hazard.how_long", For)
    until = chat.now + timedelta(hours=_HOURS[lasts])
    broadcast = draft_hazard(chat.session, chat.me, notice, Audience(unit.id), until, dedupe_key=f"chat:{chat.cause}")
    return Go("see_draft", handle(broadcast))

"""险情: the weather turns, and whoever writes to guardians brings out the notice for it with a time until it holds."""

from datetime import timedelta
from enum import StrEnum

from handlers.chat import Chat
from handlers.dialogue import Dialogue, Go
from handlers.flow import flow
from handlers.opening import Opening
from handlers.prompts import Pick
from handlers.prompts.prompt import Got, Turn
from handlers.staff.drafts import handle
from handlers.staff.which_unit import WhichUnit
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


class _Where(WhichUnit):
    """All that one writes to, without a question, unless the line names a part of it: 险情 暴雨 柳溪小学. Words that
    name no unit are never passed over: an alarm for one school would go to the whole county."""

    def __init__(self, chat: Chat) -> None:
        super().__init__(chat)
        self.options, self.sole = self.inside, False

    def claim(self, turn: Turn, opening: Opening) -> Got | None:
        """The unit that is named, else the one above all others; what was not found is said."""
        claimed = super().claim(turn, opening)
        if claimed is not None or turn.view.keys() & {"among", "line"}:
            return claimed
        if opening.left:
            turn.view["line"] = turn.chat.say("hazard.no_unit", said=opening.left[0])
            opening.take_all()
            return None
        top = self.options.all[0]
        alone = all(option.value.path.startswith(top.value.path) for option in self.options.all)
        return Got(top.ident) if alone else None


@flow("险情", "发险情", duty=tuple(WRITERS), menu="hazard.menu", names=_names)
def announce_hazard(chat: Chat) -> Dialogue:
    """Which hazard, for how long, where; then the draft, which a duty officer may let go alone."""
    notice = yield from Pick("hazard.which", hazards(), name=lambda n: f"《{n.title}》", words=lambda n: n.hazard)
    lasts = yield from Pick("hazard.how_long", For)
    unit = yield from _Where(chat)
    until = chat.now + timedelta(hours=_HOURS[lasts])
    broadcast = draft_hazard(chat.session, chat.me, notice, Audience(unit.id), until, dedupe_key=f"chat:{chat.cause}")
    return Go("see_draft", handle(broadcast))

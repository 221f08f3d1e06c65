"""Questions that members of staff are asked in more than one flow."""

from collections.abc import Callable, Sequence

from handlers.chat import Chat
from handlers.prompts import Number, Pick
from models.messaging.approval import TYPE_COUNT_ABOVE
from models.messaging.broadcasts import WRITERS, Broadcast
from models.messaging.wording.notices import notices
from models.roster.scope import duty_scope
from models.roster.units import Unit, label

_MOST = 10_000_000
"""More guardians than any city has."""


def typed_count(count: int) -> Number | None:
    """To how many it goes, to be typed before it is let go; None where they are few."""
    if count <= TYPE_COUNT_ABOVE:
        return None
    return Number("announce.type_count", at_most=_MOST, unit="位", count=f"{count:,}")


def notice_names() -> list[str]:
    """What the notices are called: their titles and the lines of their cards."""
    return [name for notice in notices().values() for name in (notice.title, *notice.card.values())]


def which_notice(
    key: str, found: Sequence[Broadcast], *, empty: str, words: Callable[[Broadcast], Sequence[str]] | None = None
) -> Pick[Broadcast]:
    """Which of these, by their titles; an only one is taken without asking, none is said by `empty`."""
    return Pick(key, found, name=lambda each: f"《{each.title}》", words=words, sole=True, empty=empty)


def which_unit(chat: Chat) -> Pick[Unit]:
    """For which of the units one writes to; an only one is taken without asking."""
    units = chat.session.exec(duty_scope(chat.session, chat.me, WRITERS).units()).all()
    tops = [u for u in units if not any(u.path.startswith(other.path) for other in units if other.id != u.id)]
    return Pick("announce.unit", tops, name=lambda u: label(chat.session, u), sole=True)

"""Questions that members of staff are asked in more than one flow."""

from collections.abc import Callable, Sequence

from handlers.chat import Chat
from handlers.prompts import Number, Pick
from models.messaging.approval import TYPE_COUNT_ABOVE
from models.messaging.broadcasts import Broadcast
from models.messaging.wording.notices import notices
from models.roster.binding import home_unit
from models.roster.people import Person
from models.roster.units import label

_MOST = 10_000_000
"""More guardians than any city has."""


def typed_count(count: int) -> Number | None:
    """To how many it goes, to be typed before it is let go; None where they are few."""
    if count <= TYPE_COUNT_ABOVE:
        return None
    return Number("announce.type_count", at_most=_MOST, unit="位", count=f"{count:,}")


def placed(chat: Chat) -> Callable[[Person], str]:
    """Names a person with the unit they belong to."""

    def name(person: Person) -> str:
        unit = home_unit(chat.session, person)
        return f"{person.name}（{label(chat.session, unit)}）" if unit else person.name

    return name


def notice_names() -> list[str]:
    """What the notices are called: their titles and the lines of their cards."""
    return [name for notice in notices().values() for name in (notice.title, *notice.card.values())]


def which_notice(
    key: str, found: Sequence[Broadcast], *, empty: str, words: Callable[[Broadcast], Sequence[str]] | None = None
) -> Pick[Broadcast]:
    """Which of these, by their titles; an only one is taken without asking, none is said by `empty`."""
    return Pick(key, found, name=lambda each: f"《{each.title}》", words=words, sole=True, empty=empty)

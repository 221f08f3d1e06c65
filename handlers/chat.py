"""What a flow sees of the conversation it is in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import TypeAlias

from models.base.dates import day_in_words
from models.base.store import Session
from models.base.texts import say
from models.calendar.school import Span
from models.messaging.links import page_token, progress_token
from models.messaging.outbox import Delivery
from models.roster.people import Person
from models.roster.units import Unit

Foresee: TypeAlias = Callable[[Session, Unit, Span, bool], Sequence[str]]
"""What moves if an entry is written in a unit's calendar, or (True) taken out of it: in words, the first a heading."""


def blind(_session: Session, _unit: Unit, _span: Span, _gone: bool) -> Sequence[str]:
    """For a house without a scheduler: raises RuntimeError, for an edit must not be agreed to unseen."""
    raise RuntimeError("nobody here foresees what an edit of the calendar moves")


@dataclass(frozen=True)
class Chat:
    """One message's view for one person. `today` is the Asia/Shanghai day on which the dialogue was opened (a replay
    must see the same day), `now` the aware UTC time of this message, `cause` the inbox row that brought it."""

    session: Session
    openid: str
    person: Person | None
    today: date
    cause: int
    bureau: str = ""
    one_line: bool = False
    """Whether the dialogue was opened with more than its own word: a person in a hurry, ask less."""
    pages: str = ""
    """Where pages are, `https://…/p/`; '' where there are none."""
    foresee: Foresee = blind

    @property
    def now(self) -> datetime:
        """The time of this message, aware UTC."""
        return self.session.now

    @property
    def me(self) -> Person:
        """The bound person. Raises RuntimeError in a flow that anyone may use."""
        if self.person is None:
            raise RuntimeError("a flow for anyone asked who the person is")
        return self.person

    def page(self, delivery_id: int) -> str:
        """The address of the page of a message to this account; '' for one to another, who alone may open it."""
        delivery = self.session.get(Delivery, delivery_id)
        if not self.pages or delivery is None or delivery.openid != self.openid:
            return ""
        return self.pages + page_token(self.session, delivery_id)

    def progress_page(self, broadcast_id: int) -> str:
        """The address of the page on which a broadcast's numbers move; '' where there are no pages."""
        return f"{self.pages}b/{progress_token(self.session, broadcast_id)}" if self.pages else ""

    def say(self, key: str, /, **params: object) -> str:
        """The text of a key, its values as people read them."""
        shown = {name: shown_as(value, self.today) for name, value in params.items()}
        return say(key, **{"bureau": self.bureau} | shown)


def shown_as(value: object, today: date | None = None) -> str:
    """A value as people read it: 6月3日, the words of an enum, the label or name of a thing, 没定 for None."""
    if value is None:
        return say("ask.none")
    if isinstance(value, date):
        return day_in_words(value, today)
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, list | tuple):
        return "、".join(shown_as(each, today) for each in value)
    for attribute in ("label", "name"):
        named = getattr(value, attribute, None)
        if isinstance(named, str):
            return named
    return str(value)

"""Numbered options, five to a page; an answer is the option's own id, never its number."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Generic, TypeVar

from handlers.chat import Chat, shown_as
from handlers.prompts.prompt import Json, Stale, Turn
from handlers.reading import names
from handlers.reading.plain import plain

T = TypeVar("T")
PAGE = 5
"""Domain.md section 4: at most five choices."""


@dataclass(frozen=True)
class Option(Generic[T]):
    """One choice: its id, how it is shown, the words it goes by, and the value it stands for."""

    ident: Json
    label: str
    words: tuple[str, ...]
    value: T


class Options(Generic[T]):
    """The choices of one prompt, in their order."""

    def __init__(
        self, values: Iterable[T], name: Callable[[T], str] | None, words: Callable[[T], Sequence[str]] | None
    ) -> None:
        self.all: list[Option[T]] = []
        for value in values:
            label = name(value) if name else shown_as(value)
            also = [plain(word) for word in words(value)] if words else []
            self.all.append(Option(_ident(value), label, (plain(label), names.spoken(label), *also), value))

    def value(self, ident: Json) -> T:
        """The value of an id. Raises `Stale` where it is no choice any more."""
        for option in self.all:
            if option.ident == ident:
                return option.value
        raise Stale

    def label(self, value: T) -> str:
        """How a value is shown."""
        return next((o.label for o in self.all if o.ident == _ident(value)), shown_as(value))

    def among(self, view: dict[str, Json]) -> list[Option[T]]:
        """The choices, or those to which typed words have narrowed them."""
        narrowed = view.get("among")
        kept = [o for o in self.all if narrowed is None or o.ident in narrowed]
        return kept or self.all

    def find(self, text: str, *, part: bool = True) -> list[Option[T]]:
        """The choices that the words mean."""
        return [self.all[i] for i in names.narrow(text, self._words(), part=part)]

    def leading(self, text: str) -> tuple[list[Option[T]], str]:
        """The choices whose name a line without spaces begins with, and the rest of the line."""
        found, rest = names.leading(text, self._words())
        return [self.all[i] for i in found], rest

    def page(self, turn: Turn) -> list[str]:
        """The lines of the current page; the ids shown are noted in the view, in their order."""
        some = self.among(turn.view)
        pages = (len(some) + PAGE - 1) // PAGE
        first = (turn.view.get("page", 0) % max(pages, 1)) * PAGE
        shown = some[first : first + PAGE]
        turn.view["shown"] = [o.ident for o in shown]
        lines = [f"{i} {o.label}" for i, o in enumerate(shown, 1)]
        return lines + page_line(turn, first // PAGE, pages)

    def has_more(self, view: dict[str, Json]) -> bool:
        """Whether the current choices need another page."""
        return len(self.among(view)) > PAGE

    def _words(self) -> list[tuple[str, ...]]:
        return [o.words for o in self.all]


def page_line(turn: Turn, page: int, pages: int) -> list[str]:
    """How to go on from a page, or back from the last; nothing where there is only one."""
    if pages < 2:
        return []
    return [turn.chat.say("ask.more" if page + 1 < pages else "ask.back_a_page")]


def turn_page(view: dict[str, Json]) -> None:
    """On to the next page; after the last comes the first."""
    view["page"] = view.get("page", 0) + 1


def inline(chat: Chat, *keys: str) -> str:
    """Fixed short choices on one line: 1 对　2 重说."""
    return "　".join(f"{i} {chat.say(key)}" for i, key in enumerate(keys, 1))


def _ident(value: object) -> Json:
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, str | int):
        return value
    ident = getattr(value, "id", None)
    if ident is None:
        raise TypeError(f"an option needs an id to be kept by: {type(value).__name__}")
    return ident

"""What every prompt is: it asks, reads what was said into a canonical value, and gives that value back on replay."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from functools import cache
from inspect import signature
from typing import Any, Generic, TypeAlias, TypeVar

from handlers.chat import Chat, shown_as
from handlers.opening import Opening
from handlers.said import Said
from models.base.texts import places

T = TypeVar("T")
_ASKED = "？"
Json: TypeAlias = Any
"""What json.dumps takes."""


class Stale(Exception):
    """A kept answer does not hold any more; the question is asked again."""


@dataclass(frozen=True)
class Step:
    """An answered question on the way to the current one."""

    key: str
    prompt: "Prompt[Any]"
    data: Json
    label: str


@dataclass
class Turn:
    """One look at a prompt. `view` is what was shown and collected so far and lives until the answer: canonical
    values only, so that 2 means what stood at 2 when it was asked. `before` is the answer that was given here before
    the person came back to it, None where there was none."""

    chat: Chat
    trail: Sequence[Step] = ()
    view: dict[str, Json] = field(default_factory=dict)
    before: Json | None = None


@dataclass(frozen=True)
class Got:
    """The answer, canonical; `rest` is what else was said, for the questions after it."""

    data: Json
    rest: str = ""


@dataclass(frozen=True)
class Look:
    """No answer yet, but the view moved on (a page, a photo): ask again, with a line before it if there is one."""

    line: str = ""


@dataclass(frozen=True)
class Missed:
    """Not understood, or not possible: one line that says so; the question follows it."""

    line: str


@dataclass(frozen=True)
class Reopen:
    """An earlier question is to be answered again; without a key, only its answer has changed."""

    key: str | None


Outcome: TypeAlias = Got | Look | Missed | Reopen


class Prompt(Generic[T]):
    """One question. Subclasses say how it is asked and read; `yield from` gives a flow its value."""

    takes: frozenset[str] = frozenset({"text"})
    """The kinds of message that may answer it."""
    free = False
    """Whether any words are an answer, so that only another flow's exact word leaves the dialogue."""
    optional = False
    """Whether 0 passes over it."""

    def __init__(self, key: str, /, **params: object) -> None:
        """Raises TypeError where the text has a place that is called as a parameter of this kind of prompt is: what
        belongs there would never get there."""
        kind: Any = type(self)
        if taken := _own_names(kind) & places(key):
            raise TypeError(f"{key}: {kind.__name__} takes {', '.join(sorted(taken))} for itself")
        self.key = key
        self.params = params

    def __iter__(self) -> "Generator[Prompt[Any], Any, T]":
        value: T = yield self
        return value

    def question(self, turn: Turn) -> str:
        """The question itself, from the texts."""
        return turn.chat.say(self.key, **self.params)

    def ask(self, turn: Turn) -> str:
        """What the person sees; notes in `turn.view` what was shown."""
        return self.question(turn)

    def read(self, turn: Turn, said: Said) -> Outcome:
        """Reads one message of a kind in `takes`."""
        raise NotImplementedError

    def claim(self, turn: Turn, opening: Opening) -> Got | None:
        """Takes its value from the opening line, or may narrow `turn.view` by it."""
        return None

    def join(self, data: Json, said: Said) -> Json | None:
        """The answer with a photo that came after it, or None where photos do not belong to it."""
        return None

    def from_json(self, turn: Turn, data: Json) -> T:
        """The value of a canonical answer. Raises `Stale` where it does not hold any more."""
        raise NotImplementedError

    def label(self, turn: Turn, value: T) -> str:
        """A value in a few words, as the list of 改一处 shows it."""
        return self.unanswered(turn) if value is None else shown_as(value, turn.chat.today)

    def unanswered(self, turn: Turn) -> str:
        """What stands in that list where nothing was answered: the question, and that it is open."""
        asked, mark, _ = self.question(turn).partition(_ASKED)
        return turn.chat.say("ask.open", question=asked.split("\n")[-1] + mark)


@cache
def _own_names(kind: type[Any]) -> frozenset[str]:
    return frozenset(signature(kind).parameters) - {"key", "params"}


def missed(turn: Turn, key: str, said: Said) -> Missed:
    """The line for words that were not understood."""
    words = said.words.strip()
    return Missed(turn.chat.say(key, said=words if len(words) <= 12 else words[:12] + "…"))

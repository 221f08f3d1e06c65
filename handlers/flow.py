"""A flow is a function that asks and then keeps; its decorator says which words open it and who may."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from functools import cached_property
from typing import Any

from handlers.chat import Chat
from handlers.dialogue import Dialogue
from handlers.reading.plain import plain
from models.base.store import Session
from models.base.texts import say
from models.roster.people import Duty, Person, duties_of
from models.roster.ties import wards_of


class Who(Enum):
    """Who may use a flow, duties aside."""

    ANYONE = "anyone"
    BOUND = "bound"
    GUARDIAN = "guardian"
    STAFF = "staff"


@dataclass(frozen=True)
class Flow:
    """One intent: its name, the words that open it, and who may use it. `glued`: what follows the word needs no
    space (家访张三). `menu`: its line in 帮助, a text key, or '' to stay out of it."""

    name: str
    words: tuple[str, ...]
    run: Callable[[Chat], Dialogue]
    who: Who = Who.BOUND
    duties: frozenset[Duty] = field(default_factory=frozenset)
    glued: bool = False
    menu: str = ""
    knows_of_danger: bool = False
    """Whether what is written in it is about a danger that is known already, and raises no further alert."""
    fleeting: bool = False
    """Whether it does not wait while another flow runs: one word begins it anew, and nothing is lost with it."""
    names: Callable[[], Sequence[str]] | None = None
    """Names of content that may follow its word or answer its questions: said alone, they report no danger."""
    told: Callable[[str, date], tuple[str, str] | None] | None = None
    """What a line that tells of it in another order says, on that day, in its own: its word, and the rest."""

    def open_to(self, session: Session, person: Person | None) -> bool:
        """Whether this person may use it today."""
        if self.who is Who.ANYONE or person is None:
            return self.who is Who.ANYONE
        if self.who is Who.GUARDIAN:
            return bool(wards_of(session, person.id))
        if self.who is Who.STAFF:
            held = {staff.duty for staff in duties_of(session, person.id)}
            return bool(held & self.duties) if self.duties else bool(held)
        return True

    def asked_at(self, session: Session, person: Person) -> datetime | None:
        """When that was sent which a bare number answers; None for a flow that such a number does not mean."""
        return None

    @cached_property
    def _plain_words(self) -> tuple[tuple[str, str], ...]:
        """The words and the line in 帮助, the longest first, each with its plain form: what is shown can be typed."""
        words = {*self.words, *([say(self.menu)] if self.menu else [])}
        return tuple((word, plain(word)) for word in sorted(words, key=lambda word: (-len(word), word)))

    @cached_property
    def beginnings(self) -> tuple[str, ...]:
        """How lines begin that may open it, in their plain form: most do not, and are told from the others by it."""
        return tuple(want for _, want in self._plain_words)

    def matches(self, line: str, said: str) -> tuple[str, str] | None:
        """The word of this flow that a line opens with, and the rest of the line; None where it does not. `said` is
        the line in its plain form, which the caller makes once for all flows."""
        for word, want in self._plain_words:
            if said.startswith(want):
                for rest in _after(line, want):
                    if not rest or self.glued or not plain(rest[0]):
                        return word, rest
        return None

    def is_called(self, text: str) -> bool:
        """Whether the text is one of its words and nothing else."""
        said = plain(text)
        return any(said == want for _, want in self._plain_words)


def flow(
    *words: str,
    duty: Duty | tuple[Duty, ...] | None = None,
    who: Who = Who.BOUND,
    glued: bool = False,
    menu: str = "",
    knows_of_danger: bool = False,
    fleeting: bool = False,
    names: Callable[[], Sequence[str]] | None = None,
    told: Callable[[str, date], tuple[str, str] | None] | None = None,
) -> Callable[[Callable[[Chat], Dialogue]], Flow]:
    """Makes a `Flow` of a function; its name is the function's. A `duty` means staff who hold it (one of them)."""
    duties = frozenset() if duty is None else frozenset({duty} if isinstance(duty, Duty) else duty)

    def make(function: Callable[[Chat], Any]) -> Flow:
        return Flow(
            function.__name__,
            words,
            function,
            Who.STAFF if duties else who,
            duties,
            glued,
            menu,
            knows_of_danger,
            fleeting,
            names,
            told,
        )

    return make


def _after(line: str, want: str) -> Iterator[str]:
    """What follows a plain word at the start of a line, whatever the width of its characters."""
    taken = 0
    while taken < len(line) and len(plain(line[:taken])) < len(want):
        taken += 1
    if plain(line[:taken]) == want:
        yield line[taken:]

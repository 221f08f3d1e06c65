"""What is to be done with a school calendar, asked below the days that lie ahead, some at a time."""

from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from typing import TypeVar

from handlers.prompts import Pick
from handlers.prompts.prompt import Look, Outcome, Turn
from handlers.reading.choices import more
from handlers.said import Said
from models.roster.units import Unit

SHOWN = 6
A = TypeVar("A", bound=Enum)


class DaysAhead(Pick[A]):
    """One of a few acts with the calendar of the unit `here`, below `SHOWN` of its days `ahead`; below them `notes`.
    Where there are more days it says how many are left, and 更多 shows the next; after the last come the first."""

    def __init__(
        self,
        key: str,
        acts: Iterable[A],
        *,
        ahead: Sequence[str],
        notes: Sequence[str] = (),
        words: Callable[[A], Sequence[str]] | None = None,
        here: Unit,
    ) -> None:
        super().__init__(key, acts, words=words)
        self.here = here
        self.ahead = ahead
        self.notes = notes

    def question(self, turn: Turn) -> str:
        """The days of the current part, what is left of them, and the question."""
        begin = turn.view.get("from", 0) if turn.view.get("from", 0) < len(self.ahead) else 0
        lines = [*self.ahead[begin : begin + SHOWN]] or [turn.chat.say("calendar.empty")]
        if left := len(self.ahead[begin + SHOWN :]):
            lines.append(turn.chat.say("calendar.more_days", count=left))
        elif begin:
            lines.append(turn.chat.say("calendar.first_days"))
        return turn.chat.say(self.key, days="\n".join([*lines, *self.notes]), unit=self.here)

    def read(self, turn: Turn, said: Said) -> Outcome:
        """An act, or 更多."""
        if more(said.text) and len(self.ahead) > SHOWN:
            begin = turn.view.get("from", 0) + SHOWN
            turn.view["from"] = begin if begin < len(self.ahead) else 0
            return Look()
        return super().read(turn, said)

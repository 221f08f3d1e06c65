"""The opening line of a dialogue: its words are claimed once, in any order, and what nobody claims is the text."""

from dataclasses import dataclass, field
from datetime import date

from handlers.reading.plain import tokens


@dataclass
class Opening:
    """What is left of the line. `word` is the flow's own word as listed in its table, `said_on` the day of the line:
    昨天 means the day before it whenever it is claimed."""

    word: str
    said_on: date
    left: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, word: str, said_on: date, rest: str) -> "Opening":
        """The line after the flow's word."""
        return cls(word, said_on, tokens(rest.strip(" ,，、:：。.")))

    def take(self, index: int, rest: str = "") -> None:
        """Removes a claimed piece; `rest` is what followed it in a line written without spaces."""
        rest = rest.lstrip(" ,，、:：。.")
        self.left[index : index + 1] = [rest] if rest else []

    def take_all(self) -> str:
        """Everything that is left, as one text."""
        text = " ".join(self.left)
        self.left.clear()
        return text

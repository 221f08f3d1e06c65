"""One thing looked at: good, to be looked after, or broken, with the words that say what to do."""

from dataclasses import dataclass
from enum import Enum

from models.base.texts import say


class Grade(Enum):
    """`BAD`: something does not work. `LOOK`: it will not, or nobody has said yet that it should."""

    GOOD = "doctor.good"
    LOOK = "doctor.look"
    BAD = "doctor.bad"


@dataclass(frozen=True)
class Finding:
    """`about` is a text key; `advice` the words; `detail` what a look at it found, even where all is well."""

    about: str
    grade: Grade = Grade.GOOD
    advice: str = ""
    detail: str = ""

    def line(self) -> str:
        """As it is printed."""
        name = say(self.about)
        if self.detail:
            name = say("doctor.with_detail", name=name, detail=self.detail)
        return say(self.grade.value, name=name, advice=self.advice)


def look(about: str, key: str, /, **params: object) -> Finding:
    """Something to look after."""
    return Finding(about, Grade.LOOK, say(key, **params))


def bad(about: str, key: str, /, **params: object) -> Finding:
    """Something that does not work."""
    return Finding(about, Grade.BAD, say(key, **params))


def or_good(about: str, found: list[Finding]) -> list[Finding]:
    """What was found, or that all is well."""
    return found or [Finding(about)]

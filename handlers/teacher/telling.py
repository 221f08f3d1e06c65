"""A visit told as people tell it (今天家访小满…, 我今天去了小满家…), turned into the line that opens one."""

import re
from datetime import date

from handlers.reading import days

_WHO = re.compile(r"^(?:我们?|俺)?(?:刚刚?(?!才))?\s*")
_WAY = re.compile(r"^(?:又|再)?(?:去|到|做)?了?(家访|走访)(?:过?了|过|的是)?[\s，,：:]*(.*)$", re.DOTALL)
_HOME = re.compile(
    r"^(?:又|再)?(?:去|到|上)了?(?:趟|一趟)?([\u4e00-\u9fff]{2,4}?)的?家里?(?:家访|走访|看了看|看看|看了)?了?"
    r"(?:[\s，,。；;：:]*((?<=[\s，,。；;：:]).*|(?:看到|见到|看见|发现).*))?$",
    re.DOTALL,
)
_OPENS = "家访"


def visit_told(line: str, today: date) -> tuple[str, str] | None:
    """The word that opens a visit and the rest of its line (child, words, day); None where no visit is told, or one
    that is still to come."""
    words = _WHO.sub("", line.strip())
    on, rest = days.leading(words, today)
    said_day = words[: len(words) - len(rest)]
    if on is not None and on > today:
        return None
    rest = _WHO.sub("", rest.lstrip(" ，,")) if on is not None else rest
    if found := _WAY.match(rest):
        way, about = found[1], found[2]
    elif found := _HOME.match(rest):
        way, about = _OPENS, f"{found[1]} {found[2] or ''}"
    else:
        return None
    name, _, note = about.strip().partition(" ")
    return way, " ".join(part for part in (name, said_day, note.strip()) if part)

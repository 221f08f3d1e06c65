"""Whether a line asks something (小满不听话怎么办), so that a person may answer it; short slips do not."""

import re

from handlers.reading.plain import plain

_SHORTEST = 4
"""Characters: 在吗 and 怎么弄 ask nothing that a teacher could answer."""
_ASKS = re.compile(
    "怎么|怎样|咋|如何|为什么|为啥|什么|啥|哪|几[点号时岁天个]|多少|多久|多大"
    "|能不能|可不可以|要不要|该不该|是不是|有没有|会不会|对不对|行不行|请问|想问|问一下"
)
_ENDS = re.compile(r"(?:吗|么|呢)[\s。.~～]*$|[?？]\s*$")


def asks(words: str) -> bool:
    """True for what has a word of asking in it, or ends as a question does, and is no less than four characters."""
    return len(plain(words)) >= _SHORTEST and bool(_ASKS.search(words) or _ENDS.search(words))

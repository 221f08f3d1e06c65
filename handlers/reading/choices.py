"""Which of the numbered options was meant: 1, １, 一, ①, 第一个, 选1; several as 1 3, 1、3 or 13; yes and no."""

import re
import unicodedata

from handlers.reading.numbers import number
from handlers.reading.plain import plain

_FRAME = re.compile("(?:我?选|回复?|答|第)*(.+?)(?:个|号|项|条)?")
_YES = frozenset(
    ["1", "一", "是", "是的", "对", "对的", "好", "好的", "嗯", "嗯嗯", "行", "可以", "要", "有", "没错", "ok", "yes"]
)
_NO = frozenset(["2", "二", "不", "不是", "不对", "不好", "否", "不行", "不要", "没", "没有", "错", "错了"])
_NONE = frozenset(["0", "零", "跳过", "不用", "不用了", "没有", "没有了", "无", "没", "不填", "不定", "先不定"])
_DONE = frozenset(["好了", "完", "完了", "发完了", "没了", "就这些", "没有了", "结束"])
_MORE = frozenset(["更多", "下一页", "还有", "后面", "下页"])


def choice(text: str) -> int | None:
    """The number of one option, counted from 1, or None."""
    found = _FRAME.fullmatch(plain(text))
    if found is None or len(re.findall(r"\d+", unicodedata.normalize("NFKC", text))) > 1:
        return None
    return number(found[1]) or None


def choices(text: str) -> list[int] | None:
    """The numbers of several options in the order written, or None where anything else is in the text."""
    found: list[int] = []
    for piece in re.split(r"[\s,.、。，;；和跟及]+", unicodedata.normalize("NFKC", text).strip()):
        each = choice(piece)
        if each is not None and each > 9 and plain(piece).isdigit():
            found += [int(digit) for digit in plain(piece)]
        elif each is not None:
            found.append(each)
        elif piece and all(number(c) for c in piece):
            found += [number(c) or 0 for c in piece]
        elif piece:
            return None
    return list(dict.fromkeys(found)) or None


def yes(text: str) -> bool | None:
    """True for 对, 好, 1 and their like, False for 不对, 2 and theirs, None for anything else."""
    said = plain(text)
    return True if said in _YES else False if said in _NO else None


def bare(text: str) -> bool:
    """Whether the text is a number, a yes or a no and nothing else."""
    return choice(text) is not None or yes(text) is not None or none(text)


def none(text: str) -> bool:
    """Whether the text passes over a question: 0, 跳过, 没有."""
    return plain(text) in _NONE


def done(text: str) -> bool:
    """Whether the text ends a collection: 好了, 完."""
    return plain(text) in _DONE


def more(text: str) -> bool:
    """Whether the text asks for the next page: 更多, 下一页."""
    return plain(text) in _MORE

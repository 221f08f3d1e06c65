"""A whole number within bounds, and digits of a fixed length such as the end of a phone number."""

import re
import unicodedata

from handlers.opening import Opening
from handlers.prompts.prompt import Got, Json, Missed, Outcome, Prompt, Turn, missed
from handlers.reading.numbers import number
from handlers.reading.plain import plain
from handlers.said import Said

_COUNTED = re.compile(
    "(?:一共|总共|共|到了|到场|来了|大概|大约)?(.+?)(?:个|位|名|天|人|节)?(?:人|班|孩子|家长|学生|课)?"
)
"""A number as people say it: 一共126位家长, 3天."""
_DIGITS = 7
"""Of more it is no number; of less it may be one that is too large, which is said."""
_NOT_ONE = frozenset({"没有", "没", "无", "一个没有", "一个也没有", "一个都没有"})


class Number(Prompt[int]):
    """A number from `at_least` to `at_most`; `unit` (次) may follow it, and what people count: 126位家长. 没有 is 0."""

    def __init__(self, key: str, *, at_least: int = 0, at_most: int = 9999, unit: str = "", **params: object) -> None:
        super().__init__(key, **params)
        self.at_least = at_least
        self.at_most = at_most
        self.unit = unit

    def read(self, turn: Turn, said: Said) -> Outcome:
        """The number, in any digits, with or without what is counted."""
        found = self._counted(said.text)
        if found is None:
            return missed(turn, "ask.again_number", said)
        if not self.at_least <= found <= self.at_most:
            return Missed(turn.chat.say("refused.number", least=self.at_least, most=self.at_most))
        return Got(found)

    def claim(self, turn: Turn, opening: Opening) -> Got | None:
        """The first word of the line that is such a number."""
        for index, word in enumerate(opening.left):
            found = self._number(word)
            if found is not None and self.at_least <= found <= self.at_most:
                opening.take(index)
                return Got(found)
        return None

    def from_json(self, turn: Turn, data: Json) -> int:
        """The number."""
        return int(data)

    def _number(self, text: str) -> int | None:
        return number(text.strip().removesuffix(self.unit), digits=_DIGITS)

    def _counted(self, text: str) -> int | None:
        if self.at_least <= 0 and plain(text) in _NOT_ONE:
            return 0
        found = _COUNTED.fullmatch(text.strip().rstrip("。"))
        return self._number(text) if found is None or self._number(text) is not None else self._number(found[1])


class Digits(Prompt[str]):
    """Exactly `length` digits, kept as text."""

    def __init__(self, key: str, *, length: int = 4, **params: object) -> None:
        super().__init__(key, **params)
        self.length = length

    def read(self, turn: Turn, said: Said) -> Outcome:
        """The digits, of any width, with spaces between them or not."""
        found = "".join(unicodedata.normalize("NFKC", said.text).split())
        if re.fullmatch(f"[0-9]{{{self.length}}}", found):
            return Got(found)
        return Missed(turn.chat.say("ask.again_digits", length=self.length))

    def from_json(self, turn: Turn, data: Json) -> str:
        """The digits."""
        return str(data)


class Code(Prompt[str]):
    """An invitation code or scene: letters, digits and hyphens, read in upper case unless `exact`."""

    def __init__(self, key: str, *, exact: bool = False, **params: object) -> None:
        super().__init__(key, **params)
        self.exact = exact

    def read(self, turn: Turn, said: Said) -> Outcome:
        """The code without its spaces."""
        found = self._code("".join(said.text.split()))
        return Got(found) if found else Missed(turn.chat.say("ask.again_code"))

    def claim(self, turn: Turn, opening: Opening) -> Got | None:
        """The whole rest of the line, if that is a code."""
        found = self._code("".join(opening.left))
        if found:
            opening.take_all()
        return Got(found) if found else None

    def from_json(self, turn: Turn, data: Json) -> str:
        """The code."""
        return str(data)

    def _code(self, text: str) -> str:
        text = unicodedata.normalize("NFKC", text)
        found = text if re.fullmatch(r"[A-Za-z0-9_\-]{4,64}", text) else ""
        return found if self.exact else found.upper()

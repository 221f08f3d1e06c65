"""Whole numbers as people write them: 12, １２, ⑫, 450,000; in characters up to 9999: 十二, 一百零五, 两千."""

import re
import unicodedata

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "俩": 2}
_D = "[一二两俩三四五六七八九]"
_PLACES = re.compile(
    f"(?:(?P<thousands>{_D})千)?(?:零?(?P<hundreds>{_D})百)?(?:零?(?P<tens>{_D})?(?P<ten>十))?(?P<gap>零)?(?P<ones>{_D})?"
)
CHARACTERS = "0-9零〇一二两俩三四五六七八九十百千"
"""What a number may be made of, for use inside a regular expression's brackets."""


def number(text: str, *, digits: int = 4) -> int | None:
    """The number that the whole text is, or None; of more than so many digits it is none."""
    text = unicodedata.normalize("NFKC", text).strip()
    if digits > 4 and re.fullmatch("[0-9]{1,3}(,[0-9]{3})+", text):
        text = text.replace(",", "")
    if re.fullmatch(f"[0-9]{{1,{digits}}}", text):
        return int(text)
    if re.fullmatch("[零〇一二三四五六七八九]{1,4}", text):
        return int("".join(str(_DIGITS[c]) for c in text))
    found = _PLACES.fullmatch(text.replace("〇", "零"))
    if not text or found is None:
        return None
    return _value(found)


def _value(found: re.Match[str]) -> int | None:
    thousands, hundreds, tens, ones = (_DIGITS[found[g]] if found[g] else 0 for g in _GROUPS)
    if found["gap"] and not ones:
        return None
    if found["ten"] and not found["tens"]:
        tens = 1
    if ones and not found["gap"] and not found["ten"] and (thousands or hundreds):
        ones *= 10 if hundreds else 100  # 一百五 is 150, 两千五 is 2500
    return thousands * 1000 + hundreds * 100 + tens * 10 + ones


_GROUPS = ("thousands", "hundreds", "tens", "ones")

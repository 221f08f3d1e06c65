"""Days as people write them, in Asia/Shanghai: 今天, 大前天, 上周三, 6月3号, 六月三号, 3号, 三天前, 2026-06-03."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from handlers.reading.numbers import CHARACTERS, number
from models.base.dates import EARLIEST, LATEST

_NAMED = {
    "大前天": -3, "前天": -2, "前日": -2, "昨天": -1, "昨日": -1, "昨儿": -1, "昨": -1, "今天": 0, "今日": 0, "今儿": 0,
    "今": 0, "刚才": 0, "刚刚": 0, "现在": 0, "明天": 1, "明日": 1, "明儿": 1, "明": 1, "后天": 2, "大后天": 3,
}  # fmt: skip
_HOUR = re.compile("(?<=.)(?:一早|清早|早上|早晨|上午|中午|下午|傍晚|晚上|夜里|早|晚|的)$")
_N = f"([{CHARACTERS}]+)"
_WEEK = "(?:个?(?:周|星期|礼拜))"
_WEEKS = {"上上": -2, "上": -1, "这": 0, "本": 0, "下": 1, "下下": 2}
_WEEKDAYS = {c: i % 7 for i, c in enumerate("一二三四五六日")} | {"天": 6} | {str(i + 1): i for i in range(7)}
_MONTHS = {"上个": -1, "上": -1, "这个": 0, "这": 0, "本": 0, "下个": 1, "下": 1}
_WRITTEN = re.compile(f"(?:([0-9]{{4}})年)?{_N}月{_N}(?:日|号|(?=$))")
_YEARS = {"前年": -2, "去年": -1, "今年": 0, "明年": 1}


def day(text: str, today: date, *, future: bool = False) -> date | None:
    """The day the whole text means, or None. Without a year or month the latest such day up to today is meant,
    or, with `future`, the next one from today on."""
    said = _HOUR.sub("", "".join(unicodedata.normalize("NFKC", text).split()))
    if said in _NAMED:
        return _shifted(today, _NAMED[said])
    for form, read in _FORMS:
        found = form.fullmatch(said)
        if found is not None:
            return read(found, today, future)
    return None


def impossible(text: str) -> str:
    """The date a text begins with that no calendar has, as written (2月30日, 13月1号); '' where there is none."""
    found = _WRITTEN.match(unicodedata.normalize("NFKC", text))
    if found is None:
        return ""
    year, month, dayno = (number(g) if g else None for g in found.groups())
    leap = 2000  # a February 29 without a year may be meant
    return "" if _made(leap if year is None else year, month or 0, dayno or 0) else found[0]


def leading(text: str, today: date, *, future: bool = False) -> tuple[date | None, str]:
    """The day a line written without spaces begins with (its longest beginning that is one), and what follows it.
    No day ends in the middle of a number."""
    for end in range(min(len(text), 12), 1, -1):
        if re.fullmatch(f"[{CHARACTERS}]{{2}}", text[end - 1 : end + 1]) or text[:end].isdigit():
            continue
        found = day(text[:end], today, future=future)
        if found is not None:
            return found, text[end:]
    return None, text


def _shifted(today: date, days: int) -> date | None:
    try:
        return _in_reach(today + timedelta(days=days))
    except OverflowError:
        return None


def _made(year: int, month: int, dayno: int) -> date | None:
    try:
        return _in_reach(date(year, month, dayno))
    except (ValueError, OverflowError):
        return None


def _in_reach(day: date) -> date | None:
    return day if EARLIEST <= day <= LATEST else None


def _ago(found: re.Match[str], today: date, _future: bool) -> date | None:
    count, unit, way = number(found[1]), found[2], found[3]
    if count is None:
        return None
    return _shifted(today, count * (1 if unit == "天" else 7) * (-1 if "前" in way else 1))


def _weekday(found: re.Match[str], today: date, future: bool) -> date | None:
    weekday = _WEEKDAYS[found[2]]
    if found[1]:
        return _shifted(today, weekday - today.weekday() + 7 * _WEEKS[found[1]])
    ahead = (weekday - today.weekday()) % 7
    return _shifted(today, ahead if future or ahead == 0 else ahead - 7)


def _full(found: re.Match[str], _today: date, _future: bool) -> date | None:
    year, month, dayno = (number(g) for g in found.groups())
    return None if year is None or month is None or dayno is None else _made(year, month, dayno)


def _of_year(found: re.Match[str], today: date, _future: bool) -> date | None:
    month, dayno = number(found[2]), number(found[3])
    return None if month is None or dayno is None else _made(today.year + _YEARS[found[1]], month, dayno)


def _of_month(found: re.Match[str], today: date, _future: bool) -> date | None:
    month, dayno = today.year * 12 + today.month - 1 + _MONTHS[found[1]], number(found[2])
    return None if dayno is None else _made(month // 12, month % 12 + 1, dayno)


def _yearless(found: re.Match[str], today: date, future: bool) -> date | None:
    month, dayno = number(found[1]), number(found[2])
    if month is None or dayno is None:
        return None
    return _nearest((_made(today.year + i, month, dayno) for i in _steps(9, future)), today, future)


def _bare(found: re.Match[str], today: date, future: bool) -> date | None:
    dayno, months = number(found[1]), today.year * 12 + today.month - 1
    if dayno is None:
        return None
    days = (_made((months + i) // 12, (months + i) % 12 + 1, dayno) for i in _steps(3, future))
    return _nearest(days, today, future)


def _steps(count: int, future: bool) -> range:
    return range(count) if future else range(0, -count, -1)


def _nearest(days: Iterator[date | None], today: date, future: bool) -> date | None:
    return next((d for d in days if d is not None and (d >= today if future else d <= today)), None)


_Reader = Callable[[re.Match[str], date, bool], date | None]
_FORMS: tuple[tuple[re.Pattern[str], _Reader], ...] = (
    (re.compile(f"{_N}(天){'(之?[前后]|以[前后])'}"), _ago),
    (re.compile(f"{_N}({_WEEK})(之?[前后]|以[前后])"), _ago),
    (re.compile(f"(上上|下下|上|这|本|下)?{_WEEK}([一二三四五六日天1-7])"), _weekday),
    (re.compile("([0-9]{4})([0-9]{2})([0-9]{2})"), _full),
    (re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})"), _full),
    (re.compile(f"([0-9零〇一二三四五六七八九]{{4}})年{_N}月{_N}[日号]?"), _full),
    (re.compile(f"(前年|去年|今年|明年){_N}月{_N}[日号]?"), _of_year),
    (re.compile(f"(上个|上|这个|这|本|下个|下)月{_N}[日号]?"), _of_month),
    (re.compile(f"{_N}月{_N}[日号]?"), _yearless),
    (re.compile(r"([0-9]{1,2})[-/.]([0-9]{1,2})"), _yearless),
    (re.compile(f"{_N}[日号]"), _bare),
)

"""The weekdays and times of day a guardian can choose for lessons, with the words people use for them."""

from dataclasses import dataclass

from models.base.texts import say

_CHARACTERS = "零一二三四五六七八九十"
_FIRST = ("19:30", "20:00", "18:30", "12:30", "7:30")


@dataclass(frozen=True)
class Choice:
    """One choice: `id` is the weekday from 0, Monday, or the minutes since midnight."""

    id: int
    label: str
    words: tuple[str, ...]


def weekdays() -> list[Choice]:
    """周日 first, for that is when most have time."""
    names = say("schedule.weekdays").split()
    days = [
        Choice(i, name, tuple(f"{p}{c}" for p in ("星期", "礼拜", "周") for c in _tail(name)))
        for i, name in enumerate(names)
    ]
    return [days[6], days[5], days[4], *days[:4]]


def _tail(name: str) -> str:
    return "日天" if name.endswith("日") else name[-1]


def _time(minutes: int) -> Choice:
    hour, minute = divmod(minutes, 60)
    spoken = [_spoken(hour)] if hour < 13 else [_spoken(hour - 12), _spoken(hour)]
    parts = ("早上", "上午") if hour < 12 else ("中午",) if hour < 13 else ("晚上", "下午", "傍晚", "晚")
    tail = "半" if minute else ""
    words = [f"{part}{number}点{tail}" for part in parts for number in (*spoken, str(hour % 12 or 12))]
    words += [f"{hour}点{tail}", f"{hour}点{minute:02d}", f"{hour:02d}:{minute:02d}"]
    if hour >= 13:  # eight o'clock without more is the evening's
        words += [f"{number}点{tail}" for number in (*spoken, str(hour - 12))]
    return Choice(minutes, f"{hour}:{minute:02d}", tuple(words))


def _spoken(number: int) -> str:
    if number <= 10:
        return "两" if number == 2 else _CHARACTERS[number]
    return ("二十" if number >= 20 else "十") + (_CHARACTERS[number % 10] if number % 10 else "")


def _evenings() -> list[Choice]:
    every = [_time(minutes) for minutes in range(7 * 60 + 30, 20 * 60 + 31, 30)]
    return sorted(every, key=lambda e: (_FIRST.index(e.label) if e.label in _FIRST else len(_FIRST), e.id))


EVENINGS = _evenings()
"""Every half hour outside the quiet hours, the usual ones first."""

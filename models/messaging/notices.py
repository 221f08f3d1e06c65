"""Notices (通知 / 安全提示) that editors keep in `content/notices/`: two voices, a card, an urgency, a useful life."""

import re
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from models.base.content import Leaf, leaves
from models.base.errors import Misconfigured
from models.messaging.broadcasts import Urgency

_UNITS = {"hour": "hours", "day": "days", "week": "weeks"}


@dataclass(frozen=True)
class Notice:
    """One notice. `quiet`: "wait" for the morning, "drop" at night, or "through" (urgent ones only)."""

    id: str
    title: str
    urgency: Urgency
    useful_for: timedelta
    quiet: str
    card: dict[str, str]
    home: str
    away: str
    page: str


@cache
def notices() -> dict[str, Notice]:
    """Every notice by its id. Raises Misconfigured naming the file and what is wrong in it."""
    return {notice.id: notice for notice in map(read_notice, leaves("notices"))}


def useful_life(text: str) -> timedelta:
    """`"7 days"`, `"12 hours"`, `"2 weeks"` as a length of time. Raises ValueError."""
    found = re.fullmatch(r"(\d+) (hour|day|week)s?", text)
    if found is None:
        raise ValueError(f"“{text}”：请写成 7 days、12 hours 或 2 weeks")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def read_notice(page: Leaf) -> Notice:
    """One notice from its file. Raises Misconfigured naming the file and what is wrong in it."""
    try:
        urgency, life = Urgency(page["urgency"]), useful_life(page["useful_for"])
    except ValueError as error:
        raise Misconfigured(f"{page.path.name}：{error}") from error
    home, away = page.section("在家"), page.section("在外")
    return Notice(
        id=page["id"],
        title=page["title"],
        urgency=urgency,
        useful_for=life,
        quiet=page["quiet"],
        card=page["card"],
        home=home,
        away=away,
        page=page.sections.get("页面", ""),
    )

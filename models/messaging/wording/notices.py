"""Notices (通知 / 安全提示) that editors keep in `content/notices/`: two voices with cards, an urgency, a life."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache

from models.base.content import Leaf, leaves, must_be
from models.base.errors import Misconfigured
from models.base.texts import say
from models.messaging.broadcasts import Urgency
from models.messaging.wording.voices import AWAY, HOME, read_by_age

_UNITS = {"hour": "hours", "day": "days", "week": "weeks"}


@dataclass(frozen=True)
class Notice:
    """One notice. `quiet`: "wait" for the morning, "drop" at night, or "through" (urgent ones only).

    `card` is for 在家; `card_away` has the fields that say something else to 在外. `by_age`: words for some ages, by
    voice and ages (`在家 12-15 15-18`); whoever has children of several hears the words for everybody. `hazard`: by
    which words it is called for when the weather turns; then it is sent until a time.
    `resources`: its page shows where the children can go (models/messaging/wording/resources.py).
    """

    id: str
    title: str
    urgency: Urgency
    useful_for: timedelta
    quiet: str
    card: dict[str, str]
    home: str
    away: str
    page: str
    by_age: Mapping[str, str] = field(default_factory=dict)
    card_away: Mapping[str, str] = field(default_factory=dict)
    source: str = ""
    hazard: tuple[str, ...] = ()
    resources: bool = False

    @property
    def cards(self) -> tuple[dict[str, str], dict[str, str]]:
        """The cards for 在家 and for 在外."""
        return self.card, {**self.card, **self.card_away}


@cache
def notices() -> dict[str, Notice]:
    """Every notice by its id. Raises Misconfigured naming the file and what is wrong in it."""
    return {notice.id: notice for notice in map(read_notice, leaves("notices"))}


def useful_life(text: str) -> timedelta:
    """`"7 days"`, `"12 hours"`, `"2 weeks"` as a length of time, of three digits at most. Raises ValueError."""
    found = re.fullmatch(r"(\d{1,3}) (hour|day|week)s?", text)
    if found is None:
        raise ValueError(say("notice_file.life", said=text))
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def read_notice(page: Leaf) -> Notice:
    """One notice from its file. Raises Misconfigured naming the file and what is wrong in it."""
    must_be(page.path, "urgency", page["urgency"], Urgency)
    urgency = Urgency(page["urgency"])
    try:
        life = useful_life(page["useful_for"])
    except ValueError as error:
        raise Misconfigured(say("notice_file.useful_for", file=page.path.name, why=error)) from error
    by_age = read_by_age(page)
    if by_age and urgency == Urgency.URGENT:
        raise Misconfigured(say("notice_file.urgent_by_age", file=page.path.name))
    return Notice(
        id=page["id"],
        title=page["title"],
        urgency=urgency,
        useful_for=life,
        quiet=page["quiet"],
        card=page["card"],
        card_away=page["card_away"],
        home=page.section(HOME),
        away=page.section(AWAY),
        page=page.sections.get("页面", ""),
        by_age=by_age,
        source=page.facts.get("source", ""),
        hazard=tuple(page.facts.get("hazard", ())),
        resources=page.facts.get("resources", False),
    )

"""When each rung of the ladder is due, by urgency: `content/ladder.toml`, which an editor changes."""

import re
import tomllib
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from models.base.errors import Misconfigured
from models.base.texts import CONTENT
from models.messaging.broadcasts import Urgency

PATH = CONTENT / "ladder.toml"
_RUNGS = ("again", "family", "call", "school")
_UNITS = {"minute": "minutes", "hour": "hours", "day": "days"}


@dataclass(frozen=True)
class Steps:
    """How long after a guardian was sent a notice each rung is due; `look`: how often it is looked at; `redial`: when
    a call that nobody took comes back; `unknown_is_phoned`: who may or may not have it is phoned at once."""

    again: timedelta
    family: timedelta
    call: timedelta
    school: timedelta
    look: timedelta
    redial: timedelta
    unknown_is_phoned: bool


@cache
def all_steps(path: Path = PATH) -> dict[Urgency, Steps]:
    """The ladder of each urgency that has one, read once a process like all of `content/`.

    Raises Misconfigured naming the file and what is wrong in it.
    """
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
        return {Urgency(name): _steps(name, facts) for name, facts in found.items()}
    except (KeyError, ValueError) as error:
        raise Misconfigured(f"{path.name}：{error}") from error


def steps_of(urgency: Urgency) -> Steps | None:
    """The ladder of a notice of this urgency; None where nobody is chased."""
    return all_steps().get(urgency)


def _steps(name: str, facts: dict[str, Any]) -> Steps:
    lengths = {key: _length(facts[key]) for key in (*_RUNGS, "look", "redial")}
    rungs = [lengths[key] for key in _RUNGS]
    if rungs != sorted(rungs):
        raise ValueError(f"{name}：again、family、call、school 要一个比一个晚")
    if facts["unknown"] not in ("call", "climb"):
        raise ValueError(f"{name}：unknown 只能写 call 或 climb")
    return Steps(**lengths, unknown_is_phoned=facts["unknown"] == "call")


def _length(text: str) -> timedelta:
    found = re.fullmatch(r"([1-9]\d*) (minute|hour|day)s?", text)
    if found is None:
        raise ValueError(f"“{text}”：请写成 15 minutes、2 hours 或 3 days")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})

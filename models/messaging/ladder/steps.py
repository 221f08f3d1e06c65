"""When each rung of the ladder is due, by urgency: `content/ladder.toml`, which an editor changes."""

import re
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from models.base.content import read_toml, written
from models.base.errors import Misconfigured
from models.base.texts import CONTENT, say
from models.messaging.broadcasts import Urgency

PATH = CONTENT / "ladder.toml"
_RUNGS = ("again", "family", "call", "school")
_LENGTHS = (*_RUNGS, "look", "redial")
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
    found = read_toml(path, written(path))
    for name in found:
        if name not in set(Urgency):
            raise Misconfigured(say("ladder_file.urgency", file=path.name, name=name, known="、".join(Urgency)))
    return {Urgency(name): _steps(path.name, name, facts) for name, facts in found.items()}


def steps_of(urgency: Urgency) -> Steps | None:
    """The ladder of a notice of this urgency; None where nobody is chased."""
    return all_steps().get(urgency)


def _steps(file: str, name: str, facts: Any) -> Steps:
    for key in (*_LENGTHS, "unknown"):
        if not isinstance(facts, dict) or key not in facts:
            raise Misconfigured(say("ladder_file.lacks", file=file, name=name, key=key))
    lengths = {key: _length(file, name, key, facts[key]) for key in _LENGTHS}
    rungs = [lengths[key] for key in _RUNGS]
    if rungs != sorted(rungs):
        raise Misconfigured(say("ladder_file.order", file=file, name=name))
    if facts["unknown"] not in ("call", "climb"):
        raise Misconfigured(say("ladder_file.unknown", file=file, name=name))
    return Steps(**lengths, unknown_is_phoned=facts["unknown"] == "call")


def _length(file: str, name: str, key: str, said: object) -> timedelta:
    found = re.fullmatch(r"([1-9]\d{0,3}) (minute|hour|day)s?", str(said))
    if found is None:
        raise Misconfigured(say("ladder_file.length", file=file, name=name, key=key, said=said))
    return timedelta(**{_UNITS[found[2]]: int(found[1])})

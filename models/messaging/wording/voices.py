"""The voices of a notice: 在家 and 在外, and where it matters one of the two for an age: `# 在家 12-15 15-18`."""

import json
from collections.abc import Mapping
from typing import Any

from models.base.content import Leaf
from models.base.errors import Misconfigured
from models.base.texts import say
from models.roster.children import BANDS

HOME, AWAY = "在家", "在外"


def read_by_age(page: Leaf) -> dict[str, str]:
    """The sections for an age by their heading. Raises Misconfigured naming the file and the heading that is wrong."""
    found: dict[str, str] = {}
    taken: list[tuple[str, str]] = []
    for heading, text in page.sections.items():
        voice, *bands = heading.split()
        if voice not in (HOME, AWAY) or not bands:
            continue
        unknown = [band for band in bands if band not in BANDS]
        if unknown:
            raise Misconfigured(
                say(
                    "notice_file.heading_band",
                    file=page.path.name,
                    heading=heading,
                    band=unknown[0],
                    known="、".join(BANDS),
                )
            )
        taken += [(voice, band) for band in bands]
        found[" ".join([voice, *bands])] = text
    twice = next((each for each in taken if taken.count(each) > 1), None)
    if twice is not None:
        raise Misconfigured(say("notice_file.heading_twice", file=page.path.name, voice=twice[0], band=twice[1]))
    lonely = next((each for each in found if _other(each) not in found), None)
    if lonely is not None:
        raise Misconfigured(say("notice_file.heading_alone", file=page.path.name, heading=lonely, other=_other(lonely)))
    return found


def written(by_age: Mapping[str, str]) -> str:
    """The sections as a broadcast keeps them."""
    return json.dumps(dict(by_age), ensure_ascii=False)


def by_age_of(kept: str) -> dict[str, str]:
    """What `written` wrote."""
    found: dict[str, str] = json.loads(kept)
    return found


def age_groups(kept: str) -> list[str]:
    """The ages that have words of their own: `12-15 15-18`."""
    return [heading.removeprefix(f"{HOME} ") for heading in by_age_of(kept) if heading.startswith(HOME)]


def text_in(voice: str, home: str, away: str, kept: str) -> str:
    """The words of a voice; where an age has none of its own, those for everybody."""
    everybody = away if voice.startswith(AWAY) else home
    return by_age_of(kept).get(voice, everybody) if " " in voice else everybody


def voice_of(at_home: Any, group: str = "") -> str:
    """The voice for who lives with the child or not, all of whose children are of one group of ages (or '')."""
    return f"{HOME if at_home else AWAY} {group}".strip()


def _other(heading: str) -> str:
    voice, _, bands = heading.partition(" ")
    return f"{AWAY if voice == HOME else HOME} {bands}"

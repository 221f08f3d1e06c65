"""Series (系列) of notices in a declared order: `content/series/*.toml`, a part at a time in its season.

The season stands in the same file, in the words of a rule: the scheduler reads it (scheduler/rules.py).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from models.base.content import read_toml, written
from models.base.errors import Misconfigured
from models.base.texts import CONTENT, say
from models.roster.children import BANDS

SERIES_KEYS = ("title", "bands", "notices")


@dataclass(frozen=True)
class Series:
    """One series (domain.md M33): for the guardians of children of some bands, its notices in order."""

    id: str
    title: str
    bands: tuple[str, ...]
    notices: tuple[str, ...]


@dataclass(frozen=True)
class Place:
    """Which part of which series a notice is, counted from 1."""

    series: Series
    number: int


@cache
def all_series() -> dict[str, Series]:
    """Every series by its id. Raises Misconfigured naming the file and what is wrong in it."""
    return {path.stem: read_series(path) for path in _files()}


@cache
def places() -> dict[str, Place]:
    """Where each notice of a series stands, by the notice's id."""
    return {
        notice: Place(each, number) for each in all_series().values() for number, notice in enumerate(each.notices, 1)
    }


def read_series(path: Path) -> Series:
    """One series from its file. Raises Misconfigured naming the file and what is wrong in it."""
    facts = read_toml(path, written(path))
    if not isinstance(facts.get("title"), str) or not all(_words(facts.get(key)) for key in ("bands", "notices")):
        raise Misconfigured(say("series_file.lacks", file=path.name))
    unknown = [band for band in facts["bands"] if band not in BANDS]
    if unknown:
        raise Misconfigured(say("series_file.band", file=path.name, band=unknown[0], known="、".join(BANDS)))
    return Series(path.stem, facts["title"], tuple(facts["bands"]), tuple(facts["notices"]))


def series_faults() -> Iterator[str]:
    """What is wrong with the files of `content/series`."""
    known = {path.stem for path in (CONTENT / "notices").glob("*.md")}
    seen: dict[str, str] = {}
    for path in _files():
        try:
            series = read_series(path)
        except Misconfigured as fault:
            yield str(fault)
            continue
        if not 3 <= len(series.notices) <= 4:
            yield say("series_file.parts", file=path.name, count=len(series.notices))
        for notice in series.notices:
            if notice not in known:
                yield say("series_file.no_notice", file=path.name, notice=notice)
            if notice in seen:
                yield say("series_file.notice_taken", file=path.name, notice=notice, other=seen[notice])
            seen[notice] = path.name


def _words(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, str) for each in value)


def _files() -> list[Path]:
    return sorted((CONTENT / "series").glob("*.toml"))

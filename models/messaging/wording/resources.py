"""Holiday resources by township (M26): `content/resources/*.toml`, where a child can go and what there is to learn."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sqlmodel import col, select

from models.base.content import read_toml, written
from models.base.errors import Misconfigured
from models.base.store import Session
from models.base.texts import CONTENT, say
from models.roster.people import Person
from models.roster.scope import guardian_scope
from models.roster.units import Unit, ancestors

KINDS = ("名师在线", "公益微课堂", "农家书屋", "少年宫")
"""In the order in which they are shown (letter 001)."""
LINE_CHARS = 24
_NEEDED = ("kind", "name", "when", "how")
_KEYS = (*_NEEDED, "town", "schools")


@dataclass(frozen=True)
class Resource:
    """One place or course: for the children of a unit, or of some of its schools."""

    kind: str
    name: str
    when: str
    how: str
    town: str = ""
    schools: tuple[str, ...] = ()

    @property
    def lines(self) -> tuple[str, str]:
        """Its name with the township; then when, and how."""
        return self.name + (f"（{self.town}）" if self.town else ""), f"{self.when}。{self.how}"

    def serves(self, units: set[str]) -> bool:
        """Whether a child in these units can use it."""
        return not self.schools or bool(units.intersection(self.schools))


@cache
def resources() -> dict[str, tuple[Resource, ...]]:
    """The resources of each unit by its name, in the order of the kinds. Raises Misconfigured."""
    found: dict[str, tuple[Resource, ...]] = {}
    for path in _files():
        unit, own = read_resources(path)
        ordered = sorted((*found.get(unit, ()), *own), key=lambda one: KINDS.index(one.kind))
        found[unit] = tuple(ordered)
    return found


def resources_for(session: Session, guardian: Person) -> list[Resource]:
    """What the children of a guardian can use, each once."""
    classes = guardian_scope(guardian).children(session).subquery()
    units = session.exec(select(Unit).where(col(Unit.id).in_(select(classes.c.unit_id))).order_by(Unit.path)).all()
    names = [{unit.name for unit in ancestors(session, each)} for each in units]
    known = resources()
    found = [one for unit in known for one in known[unit] if any(unit in each and one.serves(each) for each in names)]
    return sorted(found, key=lambda one: KINDS.index(one.kind))


def by_kind(found: Sequence[Resource]) -> Iterator[tuple[str, list[Resource]]]:
    """Each kind that there is, with its resources."""
    for kind in KINDS:
        some = [one for one in found if one.kind == kind]
        if some:
            yield kind, some


def read_resources(path: Path) -> tuple[str, tuple[Resource, ...]]:
    """The unit of a file and its resources. Raises Misconfigured naming the file and the entry."""
    facts = read_toml(path, written(path))
    if facts.keys() != {"unit", "resource"}:
        raise Misconfigured(say("resource_file.keys", file=path.name))
    return facts["unit"], tuple(_resource(path, number, each) for number, each in enumerate(facts["resource"], 1))


def resources_faults() -> Iterator[str]:
    """What is wrong with the files of `content/resources`."""
    for path in _files():
        try:
            _, found = read_resources(path)
        except Misconfigured as fault:
            yield str(fault)
            continue
        for one in found:
            for key in ("name", "when", "how"):
                if (count := len(getattr(one, key))) > LINE_CHARS:
                    yield say(
                        "resource_file.too_long", file=path.name, name=one.name, key=key, count=count, most=LINE_CHARS
                    )


def _resource(path: Path, number: int, entry: dict[str, Any]) -> Resource:
    unknown = sorted(entry.keys() - set(_KEYS))
    if unknown:
        raise Misconfigured(
            say("resource_file.unknown_key", file=path.name, number=number, key=unknown[0], known="、".join(_KEYS))
        )
    for key in _NEEDED:
        if not isinstance(entry.get(key), str) or not entry[key]:
            raise Misconfigured(say("resource_file.lacks", file=path.name, number=number, key=key))
    if entry["kind"] not in KINDS:
        raise Misconfigured(say("resource_file.kind", file=path.name, number=number, known="、".join(KINDS)))
    return Resource(**entry | {"schools": tuple(entry.get("schools", ()))})


def _files() -> list[Path]:
    return sorted((CONTENT / "resources").glob("*.toml"))

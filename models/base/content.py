"""Reads the pages an editor writes: TOML front matter between `+++` lines, then sections under `# headings`."""

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.base.errors import Misconfigured
from models.base.texts import CONTENT, say

_AT = re.compile(r" \(at line (\d+), column (\d+)\)")
_SHAPES = {
    str: "content_file.text",
    int: "content_file.number",
    bool: "content_file.switch",
    list: "content_file.list",
}


@dataclass(frozen=True)
class Leaf:
    """One content file: its front matter and its sections by heading, in order."""

    path: Path
    facts: dict[str, Any]
    sections: dict[str, str]

    def __getitem__(self, name: str) -> Any:
        """A fact of the front matter. Raises Misconfigured naming the file and the fact that is missing."""
        try:
            return self.facts[name]
        except KeyError:
            raise Misconfigured(say("content_file.head_lacks", file=self.path.name, key=name)) from None

    def section(self, heading: str) -> str:
        """The text under a heading. Raises Misconfigured naming the file and the heading that is missing."""
        try:
            return self.sections[heading]
        except KeyError:
            raise Misconfigured(say("content_file.no_section", file=self.path.name, heading=heading)) from None


def leaf(path: Path) -> Leaf:
    """Parses one file. Raises Misconfigured naming the file where its front matter cannot be read."""
    parts = written(path).split("+++\n", 2)
    if len(parts) != 3 or parts[0].strip():
        raise Misconfigured(say("content_file.no_head", file=path.name))
    facts = read_toml(path, f"{parts[0]}\n{parts[1]}")  # lines as the editor counts them
    sections: dict[str, list[str]] = {}
    heading = ""
    for line in parts[2].splitlines():
        if line.startswith("# "):
            heading = line[2:].strip()
            sections[heading] = []
        elif heading:
            sections[heading].append(line)
    return Leaf(path, facts, {name: "\n".join(lines).strip() for name, lines in sections.items()})


def written(path: Path) -> str:
    """The text of a file that an editor saved, with or without a mark. Raises Misconfigured where it is not UTF-8."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise Misconfigured(say("content_file.encoding", file=path.name)) from error


def read_toml(path: Path, text: str) -> dict[str, Any]:
    """What a file that says `text` holds. Raises Misconfigured naming the file, the line and the column."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        at = _AT.search(str(error))
        place = f"{path.name}:{at[1]}:{at[2]}" if at else path.name
        raise Misconfigured(say("content_file.unreadable", place=place, why=_AT.sub("", str(error)))) from error


def shape(kind: type) -> str:
    """How a value of this type is written, in an editor's words."""
    return say(_SHAPES[kind])


def must_be(path: Path, key: str, value: object, known: Iterable[str]) -> None:
    """Raises Misconfigured naming the file and the key where a value is none of those known."""
    allowed = list(known)
    if value not in allowed:
        words = "、".join(allowed)
        raise Misconfigured(say("content_file.unknown_value", file=path.name, key=key, value=value, known=words))


def leaves(folder: str) -> Iterator[Leaf]:
    """Every page of a folder of `content/`, by file name."""
    for path in sorted((CONTENT / folder).glob("*.md")):
        yield leaf(path)

"""Reads the pages an editor writes: TOML front matter between `+++` lines, then sections under `# headings`."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.base.errors import Misconfigured
from models.base.texts import CONTENT


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
            raise Misconfigured(f"{self.path.name}：开头缺少 {name}") from None

    def section(self, heading: str) -> str:
        """The text under a heading. Raises Misconfigured naming the file and the heading that is missing."""
        try:
            return self.sections[heading]
        except KeyError:
            raise Misconfigured(f"{self.path.name}：缺少“# {heading}”一节") from None


def leaf(path: Path) -> Leaf:
    """Parses one file. Raises Misconfigured naming the file where its front matter cannot be read."""
    parts = written(path).split("+++\n", 2)
    if len(parts) != 3 or parts[0].strip():
        raise Misconfigured(f"{path.name}：开头要有两行 +++，中间写 TOML")
    try:
        facts = tomllib.loads(parts[1])
    except tomllib.TOMLDecodeError as error:
        raise Misconfigured(f"{path.name}：{error}") from error
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
        raise Misconfigured(f"{path.name}：文字编码不对，请另存为 UTF-8") from error


def leaves(folder: str) -> Iterator[Leaf]:
    """Every page of a folder of `content/`, by file name."""
    for path in sorted((CONTENT / folder).glob("*.md")):
        yield leaf(path)

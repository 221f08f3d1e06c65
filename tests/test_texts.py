"""Every text that code says exists, every text is said, and all of them are fit to be read by a grandmother."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cache
from pathlib import Path

import pytest

from models.base.texts import all_texts, places
from models.calendar.school import Kind
from models.learning.lint import content_faults
from models.learning.records import CheckIn
from models.messaging.audiences import Where
from models.messaging.broadcasts import BroadcastState
from models.messaging.ladder.calling import SAID
from models.messaging.outbox import Channel, State
from models.messaging.unsure import Next
from models.roster.people import Duty

ROOT = Path(__file__).parents[1]
HOUSE = ("bot", "handlers", "models", "scheduler")
MESSAGE_BYTES = 2047
"""The platform's limit for the text of one message."""
OFFICIALESE = ("切实", "扎实", "予以", "开展")


def _values(*kinds: type[Enum]) -> set[str]:
    return {str(each.value) for kind in kinds for each in kind}


BUILT: dict[str, set[str]] = {
    "announce.is_": _values(BroadcastState),
    "audience.": _values(Where),
    "duty.": _values(Duty) | {"guardian"},
    "lesson.": _values(CheckIn),
    "lesson.said_": _values(CheckIn),
    "cli.entry_": _values(Kind),
    "cli.state_": {state.name.lower() for state in State},
    "cli.why_": {"got", "comes", "comes_at_own", "waits", "not_meant", "held", "expired", "approval"},
    "cli.year_": {"term", "vacation", "exam", "holiday", "local"},
    "calls.kept_": {each.value for each in SAID},
    "calls.said_": {each.value for each in SAID},
    "calls.undone_": {"answered", "lapsed", "called_off"},
    "failed.next_": _values(Next),
    "progress.": {"planned", "reached", "acknowledged", "waiting", "not_reached", "unknown", "mass_missing"},
    "progress.calls_": {"told", "open", "missed"},
    "reason.": {
        "unbound",
        "not_following",
        "no_consent",
        "no_quota",
        "no_channel",
        "expired",
        "unknown",
        "refused",
        "silent",
        "waiting",
    },
    "way.": _values(Channel),
}
"""Keys that code builds: the beginning that stands in an f-string, and everything that may follow it."""


@dataclass(frozen=True)
class Use:
    """A key, or the beginning of one, in the code."""

    key: str
    place: str
    built: bool = False


class _Keys(ast.NodeVisitor):
    """Finds what looks like a text key; what stands for a column or an act of the audit is not one."""

    def __init__(self, place: str) -> None:
        self.place = place
        self.found: list[Use] = []

    def visit_Call(self, node: ast.Call) -> None:
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in ("Ref", "blind"):
            return
        skipped = node.args[1:2] if name == "record" else []
        for child in ast.iter_child_nodes(node):
            if child not in skipped:
                self.visit(child)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        first = node.values[0]
        if isinstance(first, ast.Constant) and re.fullmatch(r"[a-z_]+\.[a-z_]*", str(first.value)):
            self.found.append(Use(str(first.value), f"{self.place}:{node.lineno}", built=True))
        for value in node.values:
            if isinstance(value, ast.FormattedValue):
                self.visit(value)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str) and re.fullmatch(r"[a-z_]+\.[a-z_]+", node.value):
            self.found.append(Use(node.value, f"{self.place}:{node.lineno}"))


@cache
def _uses() -> tuple[Use, ...]:
    sections = {key.partition(".")[0] for key in all_texts()}
    found: list[Use] = []
    for path in _sources():
        visitor = _Keys(str(path.relative_to(ROOT)))
        visitor.visit(_tree(path))
        found += visitor.found
    for page in (ROOT / "bot").rglob("*.html"):
        found += [Use(key, page.name) for key in re.findall(r"say\('([a-z_.]+)'", page.read_text())]
    return tuple(use for use in found if use.key.partition(".")[0] in sections and not use.key.endswith(".toml"))


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def _sources() -> list[Path]:
    return sorted(p for folder in HOUSE for p in (ROOT / folder).rglob("*.py") if "versions" not in p.parts)


def test_every_text_that_code_says_exists() -> None:
    missing = [f"{use.place} {use.key}" for use in _uses() if not use.built and use.key not in all_texts()]
    assert missing == []


def test_every_key_that_code_builds_is_known_with_what_may_follow() -> None:
    assert {use.key for use in _uses() if use.built} == set(BUILT)
    assert [k for start, ends in BUILT.items() for end in ends if (k := start + end) not in all_texts()] == []


def test_every_text_is_said_somewhere() -> None:
    said = {use.key for use in _uses()} | {start + end for start, ends in BUILT.items() for end in ends}
    assert sorted(set(all_texts()) - said) == []


def test_whoever_says_a_text_gives_it_what_it_names() -> None:
    faults: list[str] = []
    for path in _sources():
        for node in ast.walk(_tree(path)):
            if isinstance(node, ast.Call):
                faults += [f"{path.name}:{node.lineno} {fault}" for fault in _lacking(node)]
    assert faults == []


def _lacking(node: ast.Call) -> Iterator[str]:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    at = {"say": 0, "Refused": 0, "look": 1, "bad": 1}.get(name)
    if at is None or len(node.args) <= at or any(keyword.arg is None for keyword in node.keywords):
        return
    key = getattr(node.args[at], "value", None)
    if not isinstance(key, str) or key not in all_texts():
        return
    given = {keyword.arg for keyword in node.keywords} | {"bureau"}
    yield from (f"{key} lacks {name}" for name in places(key) - given)


def test_texts_fit_a_message_and_speak_plainly() -> None:
    for key, text in all_texts().items():
        assert len(text.encode()) <= MESSAGE_BYTES, key
        assert text.strip(), key
        assert "！" not in text and not re.search("!(?!=)", text), key
        assert not [word for word in OFFICIALESE if word in text], key
        assert all(name.isidentifier() for name in places(key)), key


def test_commands_settings_and_doctor_hold_no_words_of_their_own() -> None:
    folders = (ROOT / "bot", ROOT / "bot" / "commands", ROOT / "bot" / "doctor")
    found = [f"{path.name} {words}" for folder in folders for path in folder.glob("*.py") for words in _chinese(path)]
    assert found == []


def test_no_fault_is_told_in_words_that_stand_in_code() -> None:
    found = [f"{path.relative_to(ROOT)} {words}" for path in _sources() for words in _told(_tree(path))]
    assert found == []


def test_a_day_is_written_in_one_place() -> None:
    by_hand = re.compile(r"month\}?月")  # f"{day.month}月{day.day}日"
    assert [path.name for path in _sources() if by_hand.search(path.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize(
    "code",
    [
        'raise Misconfigured(f"{path.name}：要写文字")',
        'raise Refused("没有") from error',
        'wrong = Misread(at, "读不懂" + more)',
        'raise self._wrong("when", "几点发？")',
        'yield f"{name} 有 {count} 字"',
        'yield year, f"{year}学年缺少 {name}"',
        'yield from (f"{band} 岁一课也没有" for band in bands)',
    ],
)
def test_words_that_stand_in_code_are_found_wherever_a_fault_is_told(code: str) -> None:
    assert len(list(_told(ast.parse(code)))) >= 1


TELLING = ("Misconfigured", "Refused", "Misread", "ValueError", "_wrong", "echo", "bad", "look")
"""Whose arguments a person reads."""


def _told(tree: ast.AST) -> Iterator[str]:
    """Chinese that is raised, yielded as a fault, or handed to whoever tells it; words that are asked for or parsed
    may stand in code."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.Yield, ast.YieldFrom)):
            value = node.value.elt if isinstance(node.value, ast.GeneratorExp) else node.value
            parts = value.elts if isinstance(value, ast.Tuple) else [value]
            told: list[ast.AST] = [part for part in parts if isinstance(part, (ast.Constant, ast.JoinedStr))]
        elif isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            told = [node] if name in TELLING else []
        else:
            told = [node] if isinstance(node, ast.Raise) else []
        yield from (words for part in told for words in _han(part))


def _han(node: ast.AST) -> Iterator[str]:
    for each in ast.walk(node):
        if isinstance(each, ast.Constant) and isinstance(each.value, str) and re.search("[\u4e00-\u9fff]", each.value):
            yield f"{each.lineno} {each.value}"


def _chinese(path: Path) -> Iterator[str]:
    """Words in the code itself; docstrings and the examples of a help are not said to people who chat."""
    others = set()
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Expr):
            others.add(node.value)
        if isinstance(node, ast.Call):
            others |= {keyword.value for keyword in node.keywords if keyword.arg == "help"}
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Constant) and node not in others and re.search("[\u4e00-\u9fff]", str(node.value)):
            yield str(node.value)


def test_lessons_and_notices_have_no_fault() -> None:
    assert content_faults() == []


def test_no_content_is_written_in_officialese() -> None:
    for path in (ROOT / "content").rglob("*"):
        if path.suffix in (".md", ".toml"):
            text = path.read_text(encoding="utf-8")
            # The law's own name is a source, not our words.
            spoken = "\n".join(line for line in text.splitlines() if not line.startswith(("source =", "#")))
            assert "！" not in spoken, path
            assert not [word for word in OFFICIALESE if word in spoken], path

"""A command that people are told to type can be typed: every hint in the texts and pages is read by click itself."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from bot.__main__ import main
from models.base.texts import all_texts

ROOT = Path(__file__).parents[1]
_TYPED = re.compile(r"python -m bot ([^。，；、（）\n`#]+)")
_GROUPS = "|".join(name for name, command in main.commands.items() if isinstance(command, click.Group))
_NAMED = re.compile(rf"(?<!bot )\b({_GROUPS}) ([a-z][a-z-]*)(?P<more> [{{-])?")
_BARE = re.compile(rf"`((?:{_GROUPS}) [^`|]+)`")
_A_NUMBER = {"N": "1", "NUMBER": "123456"}


def _in_texts() -> Iterator[tuple[str, str]]:
    for key, text in all_texts().items():
        for hint in _TYPED.findall(text):
            yield key, hint


def _in_pages(pattern: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    for page in (*ROOT.glob("README*.md"), *(ROOT / "docs").glob("*.md")):
        for hint in pattern.findall(page.read_text()):
            yield page.name, hint


def _read(hint: str) -> None:
    """As click reads it; places such as {number} stand for one word. Raises UsageError."""
    words = [_A_NUMBER.get(word, word) for word in shlex.split(re.sub(r"\{\w+\}", "123456", hint))]
    command: click.Command = main
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        if words[0] not in command.commands:
            raise click.UsageError(f"no such command: {words[0]}")
        command = command.commands[words.pop(0)]
    if not isinstance(command, click.Group):
        command.make_context(command.name, words)


@pytest.fixture(autouse=True)
def files_that_hints_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("名册.xlsx", "roster.xlsx"):
        (tmp_path / name).touch()


def test_a_hint_in_the_texts_says_all_that_the_command_needs() -> None:
    hints = list(_in_texts())
    assert len(hints) > 20
    for key, hint in hints:
        try:
            _read(hint)
        except click.UsageError as error:
            pytest.fail(f"{key}: python -m bot {hint}: {error.format_message()}")


def test_a_command_that_a_text_only_names_is_there_and_what_is_typed_begins_with_python() -> None:
    for key, text in all_texts().items():
        for found in _NAMED.finditer(text):
            _names_a_command(key, found)


def _names_a_command(key: str, found: re.Match[str]) -> None:
    group = main.commands[found[1]]
    assert isinstance(group, click.Group) and found[2] in group.commands, f"{key}: {found[0]}"
    assert not found["more"], f"{key}: {found[0]} …: write python -m bot before it"


def test_a_command_line_in_the_pages_is_complete() -> None:
    for page, hint in _in_pages(_TYPED):
        try:
            _read(hint)
        except click.UsageError as error:
            if isinstance(error, click.MissingParameter) and hint.strip() in main.commands:
                continue  # a page may speak of a command by its name alone
            pytest.fail(f"{page}: python -m bot {hint}: {error.format_message()}")


def test_what_the_pages_name_in_short_is_there_with_its_options() -> None:
    for page, hint in _in_pages(_BARE):
        try:
            _read(hint)
        except click.MissingParameter:
            continue  # in a sentence a command is named, not typed
        except click.UsageError as error:
            pytest.fail(f"{page}: {hint}: {error.format_message()}")


@pytest.mark.parametrize("wrong", ["staff give", "broadcast list --unit 柳溪小学", "broadcast nothing", "staff list"])
def test_a_hint_that_cannot_be_typed_is_found(wrong: str) -> None:
    with pytest.raises(click.UsageError):
        _read(wrong)

"""A slip in a file that only the command line reads is named with its line too, and is no trace of the program."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from bot.demo.expected import YEAR, expected
from bot.demo.world import PHONES, demo_phones
from bot.menu import PATH as MENU
from bot.menu import account_menu
from models.base.errors import Misconfigured

READERS = pytest.mark.parametrize(
    ("kept", "read"),
    [(MENU, account_menu), (PHONES, demo_phones), (YEAR, partial(expected, ()))],
    ids=["menu", "phones", "year"],
)


@READERS
def test_a_slip_is_named_with_its_line(tmp_path: Path, kept: Path, read: Callable[[Path], object]) -> None:
    lines = kept.read_text(encoding="utf-8").splitlines()
    at = next(number for number, line in enumerate(lines) if " = " in line)
    slip = tmp_path / kept.name
    slip.write_text("\n".join([*lines[:at], lines[at].replace(" = ", " "), *lines[at + 1 :]]), encoding="utf-8")
    with pytest.raises(Misconfigured, match=f"{kept.name}:{at + 1}:"):
        read(slip)


@READERS
def test_a_file_that_was_saved_with_a_mark_is_read_and_one_in_another_encoding_is_named(
    tmp_path: Path, kept: Path, read: Callable[[Path], object]
) -> None:
    text = kept.read_text(encoding="utf-8")
    marked = tmp_path / kept.name
    marked.write_text(text, encoding="utf-8-sig")
    assert read(marked) == read(kept)
    marked.write_text(text + "# 中文", encoding="gbk", errors="replace")
    with pytest.raises(Misconfigured, match="UTF-8"):
        read(marked)


@pytest.mark.parametrize(
    ("before", "after", "lacks"),
    [("[[button]]", "[[knob]]", "button"), ("says = [", "say = [", "says"), ("words =", "word =", "words")],
)
def test_what_a_menu_lacks_is_named(tmp_path: Path, before: str, after: str, lacks: str) -> None:
    slip = tmp_path / "menu.toml"
    slip.write_text(MENU.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")
    with pytest.raises(Misconfigured, match=f"menu.toml：缺少 {lacks}"):
        account_menu(slip)

"""What is not documented is red: settings, flows, rules, commands, dependencies, decisions, the simulator."""

import re
import subprocess
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from pydantic import BaseModel

from bot.__main__ import COMMANDS
from bot.settings import Settings
from handlers.everyone.thanks import politely
from handlers.flows import FLOWS
from models.base.texts import all_texts
from models.calendar.vocabulary import WORDS
from models.messaging.wording.notices import notices
from scheduler.rules import rules
from simulator.config import Config
from simulator.control.table import ROUTES
from simulator.faults import KINDS

ROOT = Path(__file__).parents[1]


SHARED_WORDS = {
    "1": ("lesson_check_in", "acknowledge_by_number"),
    "一": ("lesson_check_in", "acknowledge_by_number"),
    "电话名单": ("call_list", "see_calls"),
    "暂停": ("stop_notice", "pause_lessons"),
} | dict.fromkeys(politely("我知道了", "知道了", "收到"), ("acknowledge_politely", "thanks"))
"""Words of two flows; the first in order passes the word on where nothing waits for it."""


def _leaves(model: type[BaseModel], above: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from _leaves(kind, f"{above}{name}.")
        else:
            yield f"{above}{name}"


def _keys(table: dict[str, object], above: str = "") -> Iterator[str]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _keys(value, f"{above}{name}.")
        else:
            yield f"{above}{name}"


def test_every_setting_is_in_the_example_and_nothing_else() -> None:
    example = tomllib.loads((ROOT / "config.example.toml").read_text())
    assert sorted(_keys(example)) == sorted(_leaves(Settings))


def test_every_flow_says_what_it_is_and_has_words() -> None:
    for flow in FLOWS:
        assert (flow.run.__doc__ or "").strip(), flow.name
        assert flow.words or flow.name in ("hello",), flow.name
        assert not flow.menu or flow.menu in all_texts(), flow.name
    names = Counter(flow.name for flow in FLOWS)
    assert [name for name, count in names.items() if count > 1] == []


def test_no_two_flows_claim_the_same_word() -> None:
    claims: dict[str, list[str]] = {}
    for flow in FLOWS:
        for word in flow.words:
            claims.setdefault(word, []).append(flow.name)
    assert {word: tuple(names) for word, names in claims.items() if len(names) > 1} == SHARED_WORDS


def test_every_rule_has_its_notice_and_every_notice_a_way_out() -> None:
    named = {notice for rule in rules() for notice in rule.parts or (rule.notice,)}
    assert named - set(notices()) == set()
    by_hand = {notice.id for notice in notices().values() if notice.hazard}
    assert set(notices()) - named == by_hand


def test_every_word_of_the_rules_is_on_the_page_about_adding() -> None:
    page = (ROOT / "docs" / "adding.md").read_text()
    assert [word for word in WORDS if f"`{word}" not in page] == []


def _commands(command: click.Command, above: str = "") -> Iterator[tuple[str, click.Command]]:
    name = f"{above}{command.name}"
    yield name, command
    if isinstance(command, click.Group):
        for each in command.commands.values():
            yield from _commands(each, f"{name} ")


ALL_COMMANDS = [found for command in COMMANDS for found in _commands(command)]


@pytest.mark.parametrize(("name", "command"), ALL_COMMANDS, ids=[name for name, _ in ALL_COMMANDS])
def test_every_command_and_option_has_a_help(name: str, command: click.Command) -> None:
    assert command.help and command.help.strip(), name
    obvious = {"--config", "--help"}
    for parameter in command.params:
        if isinstance(parameter, click.Option) and not obvious & set(parameter.opts):
            assert parameter.help, f"{name} {parameter.opts[0]}"


@pytest.mark.parametrize("name", [command.name for command in COMMANDS])
def test_every_command_is_in_the_operators_page(name: str) -> None:
    pages = (ROOT / "docs" / "running.md").read_text()
    assert re.search(rf"python -m bot {name}\b|`{name}`", pages)


@pytest.mark.parametrize("language", ["README.md", "README.zh-CN.md"])
def test_the_readme_shows_commands_that_exist(language: str) -> None:
    typed = re.findall(r"-m bot (\w+)", (ROOT / language).read_text())
    assert typed and set(typed) <= {command.name for command in COMMANDS}


def test_every_dependency_says_why_it_is_here() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    page = (ROOT / "docs" / "dependencies.md").read_text().lower()
    wanted = [*project["dependencies"], *(p for extra in project["optional-dependencies"].values() for p in extra)]
    names = {re.match(r"[A-Za-z0-9_.-]+", each)[0].lower() for each in wanted}  # type: ignore[index]
    assert {name for name in names if not re.search(rf"(?<![a-z-]){re.escape(name)}(?![a-z-])", page)} == {
        name for name in names if name.startswith("types-")
    }


def test_decisions_are_short_and_numbered() -> None:
    pages = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    numbers = [page.name[:4] for page in pages]
    assert all(number.isdigit() for number in numbers) and numbers == sorted(set(numbers))
    for page in pages:
        text = page.read_text()
        assert len(text.splitlines()) <= 45, page.name
        for part in ("**Context.**", "**Decision.**", "**Consequences.**"):
            assert part in text, f"{page.name} {part}"


def test_every_link_between_pages_leads_somewhere() -> None:
    for page in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")):
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name} -> {target}"


def test_the_simulators_page_knows_its_settings_calls_and_faults() -> None:
    page = (ROOT / "docs" / "simulator.md").read_text()
    assert [name for name in Config.__dataclass_fields__ if f"`{name}`" not in page] == []
    assert [path for _, path in ROUTES if path.rstrip("/") not in page] == []
    assert [kind for kind in KINDS if f"`{kind}`" not in page] == []


def test_nothing_in_the_repository_is_about_one_machine() -> None:
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True)
    words = re.compile("/" + "work/(?:main|shared)|/" + "home/[a-z]|/" + "Users/[a-z]|/" + "root/|/tmp/" + "brief")
    found = []
    for name in listed.stdout.splitlines():
        path = ROOT / name
        if path.suffix in (".png", ".jpg", ".amr", ".db") or not path.is_file():
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if words.search(line):
                found.append(f"{name}:{number}: {line.strip()[:80]}")
    assert listed.stdout and found == []

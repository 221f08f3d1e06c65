"""One demo for all stories, which hold in any order; a browser that asks no other host and complains of nothing."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.e2e.chromium import launch_args
from tests.e2e.demo import Demo, demo
from tests.e2e.table import Table

_HERE = re.compile(r"(http://127\.0\.0\.1:\d+/|data:)")


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    return launch_args()


@pytest.fixture(scope="package")
def playing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Ends with the last story: it would beat and poll beside all other tests."""
    with demo(tmp_path_factory.mktemp("demo")) as running:
        yield running


@pytest.fixture
def asked(context: BrowserContext) -> Iterator[list[str]]:
    """Every address the browser asks for; at the end, that all are on this machine."""
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    yield asked
    assert asked
    assert [url for url in asked if not _HERE.match(url)] == []


@pytest.fixture
def complaints(context: BrowserContext) -> Iterator[list[str]]:
    """What the browser's console complains of; at the end, nothing. A test takes out what it brings about itself."""
    found: list[str] = []
    context.on("console", lambda said: found.append(said.text) if said.type in ("error", "warning") else None)
    context.on("weberror", lambda error: found.append(str(error.error)))
    yield found
    assert found == []


@pytest.fixture
def table(playing: Demo, asked: list[str], complaints: list[str], page: Page) -> Table:
    """The phones side by side, on a screen on which four of them fit."""
    page.set_viewport_size({"width": 1600, "height": 1000})
    return Table(page, playing.url)

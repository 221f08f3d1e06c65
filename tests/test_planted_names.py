"""Five hundred planted names, phones and numbers: none in the logs, in an import's errors or in the files at rest."""

import logging
import re
from pathlib import Path

import pytest
from sqlmodel import select

from handlers.house import house_router
from handlers.said import Said
from models.base.store import Store
from models.care.alerts import Alert
from models.messaging.outbox import Delivery
from models.roster.importing import import_roster
from scheduler.clockwork import tick
from tests.at_rest import at_rest
from tests.planted import CHILDREN, Planted, bound_mentors, said_about
from tests.roster.sheets import save_csv


def test_none_of_500_names_phones_and_numbers_is_found_again(
    sqlite_store: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    store, planted = sqlite_store, Planted()
    roster = tmp_path / "elsewhere"
    roster.mkdir()
    assert import_roster(store, save_csv(roster / "roster.csv", planted.rows)).children_new == CHILDREN
    said_of_errors = import_roster(store, save_csv(roster / "broken.csv", planted.broken())).errors
    answers = talk(store)
    tick(store)
    assert planted.found_in("".join(answers).encode())  # they were at work with them
    assert planted.found_in("\n".join([caplog.text, *map(str, said_of_errors)]).encode()) == []
    assert planted.found_in(at_rest(store)) == []


def talk(store: Store) -> list[str]:
    """Mentors keep visits, families ask and cry for help; what the bot answered, and what it would send."""
    router = house_router("青禾守望")
    answers: list[str] = []
    for number, (openid, child) in enumerate(bound_mentors(store, [f"o-{number}" for number in range(5)])):
        for turn, line in enumerate(said_about(child)):
            with store.write() as session:
                answers.append(router.answer(session, openid, Said("text", text=line), number * 100 + turn) or "")
    with store.read() as session:
        assert session.exec(select(Alert)).first() is not None
        answers += [row.words["text"] for row in session.exec(select(Delivery))]
    assert re.search("记下了", "".join(answers))
    return answers

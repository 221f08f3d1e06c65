"""Five hundred planted names, phones and numbers: none in the logs, in an import's errors or in the files at rest."""

import logging
import re
from pathlib import Path

import pytest
from sqlmodel import col, select

from handlers.house import house_router
from handlers.said import Said
from models.base.store import Store
from models.care.alerts import Alert
from models.messaging.outbox import Delivery
from models.roster.accounts import Account, heard
from models.roster.children import Child
from models.roster.consent import give_consent
from models.roster.importing import import_roster
from models.roster.ties import Pairing
from scheduler.clockwork import tick
from tests.at_rest import at_rest
from tests.roster.sheets import HEAD, many, save_csv

PLANTED = 500
_ROWS = 160
_MARK = "甪甡"
_NUMBER = re.compile(rb"(?=(1[0-9]{10}|G[0-9]{17}))")
_NAMES = ("学生姓名", "监护人1姓名", "监护人2姓名", "帮扶教师姓名")
_NUMBERS = ("监护人1手机", "监护人2手机", "帮扶教师手机", "学籍号")


def planted() -> tuple[list[tuple[str, ...]], set[str]]:
    """Rows of a roster, and whatever in them must not be found again. A mark makes every name unmistakable."""
    rows, found = [], set()
    for row in many(_ROWS):
        cells = list(row)
        for column in _NAMES:
            cells[HEAD.index(column)] += _MARK
        rows.append(tuple(cells))
        found |= {cells[HEAD.index(column)] for column in (*_NAMES, *_NUMBERS)}
    return rows, found


def test_none_of_500_names_phones_and_numbers_is_found_again(
    sqlite_store: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    store = sqlite_store
    rows, secrets = planted()
    assert len(secrets) >= PLANTED
    roster = tmp_path / "elsewhere"
    roster.mkdir()
    assert import_roster(store, save_csv(roster / "roster.csv", rows)).children_new == _ROWS
    at = HEAD.index("学生姓名")
    broken = [(*row[:at], "王3", *row[at + 1 :]) for row in rows]
    said_of_errors = import_roster(store, save_csv(roster / "broken.csv", broken)).errors
    answers = talk(store)
    tick(store)
    assert any(secret in answer for answer in answers for secret in secrets)  # they were at work with them
    heard_of = "\n".join([caplog.text, *map(str, said_of_errors)])
    assert sorted(secret for secret in secrets if secret in heard_of) == []
    found = at_rest(store)
    numbers = {each.decode() for each in _NUMBER.findall(found)}
    assert _MARK.encode() not in found and numbers & secrets == set()


def talk(store: Store) -> list[str]:
    """Mentors keep visits, families ask and cry for help; what the bot answered, and what it would send."""
    router = house_router("青禾守望")
    with store.read() as session:
        ties = session.exec(select(Pairing).order_by(col(Pairing.id)).limit(5)).all()
        whom = [(tie.person_id, session.get_one(Child, tie.child_id).name) for tie in ties]
    answers: list[str] = []
    for number, (person_id, child) in enumerate(whom):
        openid = f"o-{number}"
        visit, danger = f"家访 {child} 今天 {child}的奶奶腿疼", f"{child}说不想活了"
        lines = (visit, "1", f"走访记录 {child}", "我的孩子", danger, child)
        with store.write() as session:
            heard(session, openid, spoke=True)
            session.get_one(Account, openid).person_id = person_id
            give_consent(session, person_id)
        for turn, line in enumerate(lines):
            with store.write() as session:
                answers.append(router.answer(session, openid, Said("text", text=line), number * 100 + turn) or "")
    with store.read() as session:
        assert session.exec(select(Alert)).first() is not None
        answers += [row.words["text"] for row in session.exec(select(Delivery))]
    assert re.search("记下了", "".join(answers))
    return answers

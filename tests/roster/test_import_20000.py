"""A county's roster: 20,000 rows, 200 planted errors, and a bot that goes on answering while it is imported."""

import threading
import time
from pathlib import Path

import pytest
from sqlmodel import func, select

from models.base.store import Store
from models.roster.accounts import heard
from models.roster.children import Child
from models.roster.importing import import_roster
from models.roster.people import Person
from tests.roster.sheets import HEAD, many, name, save_csv, save_xlsx

ROWS = 20_000
Rows = list[tuple[str, ...]]

BROKEN: tuple[tuple[str, str], ...] = (
    ("县市区", ""),
    ("学校", ""),
    ("年级", ""),
    ("班级", ""),
    ("学生姓名", ""),
    ("学生姓名", "王3"),
    ("性别", "不详"),
    ("出生日期", "2016-02-30"),
    ("出生日期", "今年春天"),
    ("出生日期", "2031-01-01"),
    ("出生日期", "1916-03-01"),
    ("类别", "留守、富裕"),
    ("监护人1姓名", ""),
    ("监护人1关系", ""),
    ("监护人1手机", "1380000"),
    ("监护人1在家", "有时"),
    ("监护人2姓名", ""),
    ("监护人2手机", "23800000001"),
    ("监护人2在家", ""),
    ("帮扶教师姓名", ""),
    ("帮扶教师手机", "无"),
    ("学籍号", "1.2345678901234568e+17"),
)
"""A column, and what cannot stand in it."""


def _with(row: tuple[str, ...], column: str, cell: str) -> tuple[str, ...]:
    at = HEAD.index(column)
    return (*row[:at], cell, *row[at + 1 :])


def _plant(rows: Rows) -> set[tuple[int, str]]:
    """Breaks 200 rows; returns the lines and columns. The heading is line 1, so row i stands on line i + 2."""
    planted: set[tuple[int, str]] = set()

    def put(i: int, column: str, cell: str) -> None:
        rows[i] = _with(rows[i], column, cell)
        planted.add((i + 2, column))

    for k in range(176):
        put(100 * k + 51, *BROKEN[k % len(BROKEN)])
    for k in range(8):  # the guardian's phone of an earlier family, under another name
        put(17_700 + 100 * k, "监护人1手机", rows[k * 10][HEAD.index("监护人1手机")])
    for k in range(8):  # somebody else's student number
        put(18_600 + 100 * k, "学籍号", rows[k * 10 + 4][HEAD.index("学籍号")])
    for k in range(8):  # the same child again, this time without a number
        i = 19_500 + 20 * k
        rows[i] = _with(rows[k * 10 + 2], "学籍号", "")
        planted.add((i + 2, "学生姓名"))
    return planted


def test_exactly_the_200_planted_errors_are_reported(sqlite_store: Store, tmp_path: Path) -> None:
    store = sqlite_store
    rows = many(ROWS)
    planted = _plant(rows)
    assert len(planted) == 200
    path = save_xlsx(tmp_path / "roster.xlsx", rows)
    report = import_roster(store, path, dry_run=True)
    assert {(error.line, error.column) for error in report.errors} == planted
    assert len(report.errors) == 200
    assert report.rows == ROWS and not report.written
    with store.read() as session:
        assert session.exec(select(func.count()).select_from(Child)).one() == 0


@pytest.mark.alone
def test_others_are_answered_within_a_second_during_the_import(store: Store, tmp_path: Path) -> None:
    rows = many(ROWS)
    planted = _plant(rows)
    path = save_csv(tmp_path / "roster.csv", rows)
    over, waits = threading.Event(), []

    def chat() -> None:
        while not over.is_set():
            started = time.monotonic()
            with store.write() as session:
                heard(session, "o-grandmother", spoke=True)
            waits.append(time.monotonic() - started)
            over.wait(0.02)

    beside = threading.Thread(target=chat)
    beside.start()
    seen: list[tuple[int, int]] = []
    try:
        started = time.monotonic()
        report = import_roster(
            store, path, all_or_nothing=False, on_progress=lambda done, total: seen.append((done, total))
        )
        took = time.monotonic() - started
    finally:
        over.set()
        beside.join()
    assert took < 240, f"{took:.0f} s"
    assert len(waits) > 100 and max(waits) < 1, f"the longest of {len(waits)} waits was {max(waits):.2f} s"
    assert report.written and report.children_new == ROWS - 200
    assert {(error.line, error.column) for error in report.errors} == planted
    assert seen == sorted(seen) and seen[-1] == (2 * ROWS, 2 * ROWS)
    with store.read() as session:
        assert session.exec(select(func.count()).select_from(Child)).one() == ROWS - 200
        assert session.exec(select(func.count()).select_from(Person)).one() == report.people_new
        assert name(1) in {child.name for child in session.exec(select(Child).limit(50))}

"""Who falls asleep in a transaction keeps nobody waiting, wherever in its talk with PostgreSQL it fell asleep."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError

from bot import serving
from bot.auditor import Auditor
from models.base.asleep import end_sleepers
from models.base.store import Session, Store
from models.base.turns import hold
from models.roster.people import Person
from models.roster.units import Unit, UnitKind
from tests.cast import Cast
from tests.waiting import until

pytestmark = pytest.mark.parametrize("store", ["postgresql"], indirect=True)
SECONDS = 0.3


def after_a_statement(session: Session) -> None:
    """The server's own timeout would end this one."""


def after_many_at_once(session: Session) -> None:
    session.add_all([Unit(kind=UnitKind.COUNTY, name=f"另一个县{number}", path="") for number in range(2)])
    session.flush()


def in_the_middle_of_many(session: Session) -> None:
    spoken_to(session).pipeline().__enter__()
    spoken_to(session).execute("SELECT 1")


def spoken_to(session: Session) -> "psycopg.Connection[object]":
    driver = session.connection().connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    return driver


@pytest.mark.parametrize("falls_asleep", [after_a_statement, after_many_at_once, in_the_middle_of_many])
def test_who_fell_asleep_in_a_transaction_keeps_nobody_waiting(
    store: Store, cast: Cast, falls_asleep: Callable[[Session], None]
) -> None:
    with pytest.raises((DBAPIError, psycopg.OperationalError)), store.write() as asleep:
        hold(asleep, Person, cast.lin)
        falls_asleep(asleep)
        until(lambda: end_sleepers(store, SECONDS) == 1, seconds=30)
        with store.write() as other:
            assert hold(other, Person, cast.lin)


def test_who_is_at_work_is_left_alone(store: Store, cast: Cast) -> None:
    with store.write() as working:
        assert hold(working, Person, cast.lin)
        assert end_sleepers(store) == 0, "it came a moment ago"
        with ThreadPoolExecutor(1) as aside:
            long = aside.submit(working.connection().exec_driver_sql, f"SELECT pg_sleep({8 * SECONDS})")
            until(lambda: long.done() or at_work(store))
            ended = []
            while not long.done():
                ended.append(end_sleepers(store, 2 * SECONDS))
        assert ended and set(ended) == {0}, "the server was at work for it"
        assert hold(working, Person, cast.lin)


def test_a_session_that_is_not_of_the_house_is_left_alone(store: Store) -> None:
    url = str(make_url(store.url).set(drivername="postgresql").render_as_string(hide_password=False))
    with psycopg.connect(url) as operator:
        operator.execute("SELECT 1")
        threading.Event().wait(2 * SECONDS)
        assert end_sleepers(store, SECONDS) == 0
        assert operator.execute("SELECT 2").fetchone() == (2,)


def at_work(store: Store) -> bool:
    with store.read() as session:
        busy = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()"
        return bool(session.connection().exec_driver_sql(busy).scalar_one())


def test_every_process_of_a_city_looks_for_them(store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    looked = threading.Event()

    def look(looks_in: Store) -> int:
        assert looks_in is store
        looked.set()
        return 0

    monkeypatch.setattr(serving, "end_sleepers", look)
    for of_the_process in ("look_for_garbage_rarely", "change_threads_often"):
        monkeypatch.setattr(serving, of_the_process, lambda: None)
    house: Any = SimpleNamespace(store=store, auditor=Auditor(store, tmp_path / "anchor.json"))
    with serving.Running(house, web=False, schedule=False, deliver=False):
        assert looked.wait(30)

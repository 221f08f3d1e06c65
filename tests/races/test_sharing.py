"""Writes that wait for each other share one commit: each by itself all or nothing, and durable when it returns."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select

from models.base import audit, sharing
from models.base.audit import AuditEntry
from models.base.store import Session, Store

CROWD = 8
WITHIN = 20.0


@pytest.fixture(autouse=True)
def no_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine fifty milliseconds are over soon."""
    monkeypatch.setattr(sharing, "SECONDS", WITHIN)


def note(number: int) -> Callable[[Session], None]:
    return lambda session: audit.record(session, "note", by=None, subject="unit", subject_id=number)


def crowd(store: Store, *jobs: Callable[[Session], object]) -> list[Future[bool]]:
    """Runs jobs that have all come while somebody else wrote; each says whether what it wrote could be read when its
    call returned."""

    def write(number: int, job: Callable[[Session], object]) -> bool:
        with store.write_together() as session:
            note(number)(session)
            job(session)
        return number in kept(store)

    with ThreadPoolExecutor(len(jobs)) as pool, store.write():
        begun = []
        for number, job in enumerate(jobs):
            begun.append(pool.submit(write, number, job))
            _until_waiting(store, number + 1)
    return begun


def kept(store: Store) -> list[int]:
    with store.read() as session:
        return list(session.exec(select(AuditEntry.subject_id).order_by(col(AuditEntry.id))))


def nothing(_session: Session) -> None:
    pass


def test_a_crowd_shares_one_commit_and_each_is_durable(sqlite_store: Store) -> None:
    commits: list[object] = []
    event.listen(sqlite_store.engine, "commit", commits.append)
    assert [one.result() for one in crowd(sqlite_store, *[nothing] * CROWD)] == [True] * CROWD
    assert len(commits) == 1
    assert kept(sqlite_store) == list(range(CROWD))


def test_a_burst_shares_as_few_commits_as_it_may(sqlite_store: Store) -> None:
    commits: list[object] = []
    event.listen(sqlite_store.engine, "commit", commits.append)
    assert [one.result() for one in crowd(sqlite_store, *[nothing] * 2 * sharing.MOST)] == [True] * 2 * sharing.MOST
    assert len(commits) == 2 and kept(sqlite_store) == list(range(2 * sharing.MOST))


def test_not_more_than_so_many(sqlite_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "MOST", 3)
    commits: list[object] = []
    event.listen(sqlite_store.engine, "commit", commits.append)
    crowd(sqlite_store, *[nothing] * CROWD)
    assert len(commits) == 3 and kept(sqlite_store) == list(range(CROWD))


def test_whoever_fails_takes_nobody_with_them(sqlite_store: Store) -> None:
    def fail(session: Session) -> None:
        session.flush()
        raise ZeroDivisionError

    begun = crowd(sqlite_store, nothing, fail, nothing)
    with pytest.raises(ZeroDivisionError):
        begun[1].result()
    assert begun[0].result() and begun[2].result() and kept(sqlite_store) == [0, 2]


def test_a_statement_that_the_database_refuses_takes_nobody_with_it(sqlite_store: Store) -> None:
    def twice(session: Session) -> None:
        session.flush()
        first = session.exec(select(AuditEntry)).first()
        assert first is not None
        session.expunge_all()
        session.add(AuditEntry(id=first.id, at=session.now, verb="note", subject="unit", subject_id=9))
        session.flush()

    begun = crowd(sqlite_store, nothing, twice, nothing)
    with pytest.raises(DBAPIError):
        begun[1].result()
    assert begun[0].result() and begun[2].result() and kept(sqlite_store) == [0, 2]


def test_a_commit_that_fails_is_an_error_for_everyone(sqlite_store: Store) -> None:
    def break_a_promise(session: Session) -> None:
        connection = session.connection()
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        connection.exec_driver_sql(
            "INSERT INTO account (openid, person_id, following, first_seen_at) VALUES ('o', 7, 1, 0)"
        )

    for one in crowd(sqlite_store, nothing, break_a_promise, nothing):
        with pytest.raises(DBAPIError):
            one.result()
    assert kept(sqlite_store) == []
    assert crowd(sqlite_store, nothing)[0].result(), "and the next is none the worse"


def test_nobody_is_told_that_it_was_kept_when_the_database_took_it_all_back(sqlite_store: Store) -> None:
    def full_disk(session: Session) -> None:
        session.flush()
        session.connection().exec_driver_sql("ROLLBACK")

    begun = crowd(sqlite_store, nothing, full_disk, nothing)
    for one in begun[:2]:
        with pytest.raises(DBAPIError):
            one.result()
    assert begun[2].result() and kept(sqlite_store) == [2]


def test_a_writer_who_shares_with_nobody_comes_in_its_turn(sqlite_store: Store) -> None:
    def alone() -> list[int]:
        with sqlite_store.write() as session:
            note(100)(session)
        return kept(sqlite_store)

    with ThreadPoolExecutor(CROWD) as pool, sqlite_store.write():
        together = pool.submit(_share, sqlite_store, 1)
        _until_waiting(sqlite_store, 1)
        single = pool.submit(alone)
        _until_waiting(sqlite_store, 2)
        last = pool.submit(_share, sqlite_store, 2)
        _until_waiting(sqlite_store, 3)
    assert together.result() is last.result() is None
    assert single.result()[:2] == [1, 100]


def _share(store: Store, number: int) -> None:
    with store.write_together() as session:
        note(number)(session)


def _until_waiting(store: Store, count: int) -> None:
    deadline = time.monotonic() + WITHIN
    while len(store._turn._waiting) < count:
        assert time.monotonic() < deadline
        time.sleep(0.002)

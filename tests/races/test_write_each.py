"""Writes with one commit: each by itself all or nothing, and durable when they are told."""

from collections.abc import Callable, Iterator, Sequence

import pytest
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select

from models.base import audit
from models.base.audit import AuditEntry
from models.base.store import Session, Store


def note(number: int, then: Callable[[Session], object] = lambda session: None) -> Callable[[Session], int]:
    def write(session: Session) -> int:
        audit.record(session, "note", by=None, subject="unit", subject_id=number)
        then(session)
        return number

    return write


def kept(store: Store) -> list[int]:
    with store.read() as session:
        return list(session.exec(select(AuditEntry.subject_id).order_by(col(AuditEntry.id))))


@pytest.fixture
def commits(store: Store) -> Iterator[Sequence[object]]:
    """The commits of the store, as they come."""
    seen: list[object] = []

    def note_commit(connection: object) -> None:
        seen.append(connection)

    event.listen(store.engine, "commit", note_commit)
    yield seen
    event.remove(store.engine, "commit", note_commit)


def test_a_crowd_has_one_commit(store: Store, commits: Sequence[object]) -> None:
    assert store.write_each(map(note, range(8))) == list(range(8)) == kept(store)
    assert len(commits) == 1


def test_whoever_fails_takes_nobody_with_them(store: Store) -> None:
    def fail(session: Session) -> None:
        session.flush()
        raise ZeroDivisionError

    first, failed, last = store.write_each([note(0), note(1, fail), note(2)])
    assert (first, last, kept(store)) == (0, 2, [0, 2]) and isinstance(failed, ZeroDivisionError)


def test_a_statement_that_the_database_refuses_takes_nobody_with_it(store: Store) -> None:
    def twice(session: Session) -> None:
        session.flush()
        first = session.exec(select(AuditEntry)).first()
        assert first is not None
        session.expunge_all()
        session.add(AuditEntry(id=first.id, at=session.now, verb="note", subject="unit", subject_id=9))
        session.flush()

    first, failed, last = store.write_each([note(0), note(1, twice), note(2)])
    assert (first, last, kept(store)) == (0, 2, [0, 2]) and isinstance(failed, DBAPIError)


def test_news_are_told_after_the_commit_of_what_was_kept(store: Store) -> None:
    heard: list[tuple[Sequence[object], list[int]]] = []
    store.tell(lambda news: heard.append((news, kept(store))))

    def tells(number: int) -> Callable[[Session], object]:
        return lambda session: session.news.update({number: lambda: f"news of {number}"})

    def fails(session: Session) -> None:
        tells(1)(session)
        raise ZeroDivisionError

    store.write_each([note(0, tells(0)), note(1, fails), note(2, tells(2))])
    assert heard == [(["news of 0", "news of 2"], [0, 2])]


def test_a_commit_that_fails_is_raised_and_nothing_is_kept(sqlite_store: Store) -> None:
    def break_a_promise(session: Session) -> None:
        connection = session.connection()
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        connection.exec_driver_sql(
            "INSERT INTO account (openid, person_id, following, first_seen_at) VALUES ('o', 7, 1, 0)"
        )

    with pytest.raises(DBAPIError):
        sqlite_store.write_each([note(0), note(1, break_a_promise), note(2)])
    assert kept(sqlite_store) == []
    assert sqlite_store.write_each([note(3)]) == [3], "and the next is none the worse"


def test_nobody_is_told_that_it_was_kept_when_the_database_took_it_all_back(sqlite_store: Store) -> None:
    def full_disk(session: Session) -> None:
        session.flush()
        session.connection().exec_driver_sql("ROLLBACK")

    with pytest.raises(DBAPIError):
        sqlite_store.write_each([note(0), note(1, full_disk), note(2)])
    assert kept(sqlite_store) == []
    assert sqlite_store.write_each([note(3)]) == kept(sqlite_store) == [3]

"""The store: one transaction, one time; a reader cannot write; sealed columns open only at their place."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone

import pytest
from cryptography.exceptions import InvalidTag
from sqlalchemy.exc import DBAPIError, IntegrityError, InvalidRequestError
from sqlmodel import func, select

from models.base import audit
from models.base.store import Session, Store
from models.roster.accounts import Account, heard
from models.roster.people import Person
from tests.at_rest import at_rest
from tests.cast import Cast
from tests.conftest import FrozenClock


def test_a_name_is_ciphertext_in_the_file_and_readable_in_a_transaction(store: Store, cast: Cast) -> None:
    with store.read() as session:
        assert session.get_one(Person, cast.lin).name == "林老师"
    found = at_rest(store)
    assert b"o-grandmother" in found and "林老师".encode() not in found and b"13800000001" not in found


def test_a_database_error_does_not_quote_the_row(store: Store, cast: Cast) -> None:
    with pytest.raises(IntegrityError) as error, store.write() as session:
        session.add(Account(openid="o-grandmother", first_seen_at=session.now))
        session.flush()
    assert "o-grandmother" not in f"{error.value} {error.value.orig!r}"


def test_one_look_sees_one_state_of_things(store: Store, cast: Cast) -> None:
    with store.read() as looking:
        before = looking.exec(select(func.count()).select_from(audit.AuditEntry)).one()
        with store.write() as session:
            audit.record(session, "look", by=None, subject="child", subject_id=cast.xiaoman)
        assert looking.exec(select(func.count()).select_from(audit.AuditEntry)).one() == before


def test_the_server_ends_the_transaction_of_a_process_that_fell_asleep(store: Store) -> None:
    if store.on_sqlite:  # embedded: one process, and nobody waits for another
        return
    with store.write() as session:
        after = session.connection().exec_driver_sql("SHOW idle_in_transaction_session_timeout").scalar_one()
    assert after == "20s"


def test_a_sealed_name_moved_to_another_row_does_not_open(store: Store, cast: Cast) -> None:
    with store.write() as session:
        session.get_one(Person, cast.lin).name_sealed = session.get_one(Person, cast.chen).name_sealed
    with store.read() as session, pytest.raises(InvalidTag):
        _ = session.get_one(Person, cast.lin).name


def test_a_reader_cannot_write(store: Store, cast: Cast) -> None:
    with pytest.raises(DBAPIError, match=r"readonly|read-only"), store.read() as session:
        audit.record(session, "look", by=None, subject="child", subject_id=cast.xiaoman)
        session.flush()


def test_an_exception_leaves_nothing_behind(store: Store, cast: Cast) -> None:
    with pytest.raises(ZeroDivisionError), store.write() as session:
        audit.record(session, "look", by=None, subject="child", subject_id=cast.xiaoman)
        session.flush()
        _ = 1 / 0
    with store.read() as session:
        assert session.exec(select(audit.AuditEntry).where(audit.AuditEntry.verb == "look")).all() == []


@pytest.mark.parametrize("alone", [True, False])
def test_who_swallows_a_failed_write_writes_nothing_more(store: Store, cast: Cast, alone: bool) -> None:
    def swallow(session: Session) -> None:
        heard(session, "o-before", spoke=True)
        with suppress(IntegrityError):
            session.add(Account(openid="o-grandmother", first_seen_at=session.now))
            session.flush()
        heard(session, "o-after", spoke=True)  # a prepared statement, on a way of its own to the driver

    with pytest.raises(InvalidRequestError, match="rolled back"):
        if alone:
            with store.write() as session:
                swallow(session)
        else:
            [outcome] = store.write_each([swallow])
            assert isinstance(outcome, Exception)
            raise outcome
    with store.read() as session:
        assert [session.get(Account, openid) for openid in ("o-before", "o-after")] == [None, None]


def test_a_changed_removed_or_cut_audit_row_is_found(store: Store, cast: Cast) -> None:
    def entries() -> list[audit.AuditEntry]:
        return list(session.exec(select(audit.AuditEntry).order_by(audit.AuditEntry.position)))  # type: ignore[arg-type]

    with store.write() as session:
        before = audit.link_pending(session).position
        for child in (cast.xiaoman, cast.xiaochuan, cast.xiaoyu):
            audit.record(session, "look", by=cast.lin, subject="child", subject_id=child)
    with store.write() as session:
        anchor = audit.link_pending(session)
        assert anchor.position == before + 3 and audit.broken_at(session, anchor) is None
    for tamper, where in (("change", before + 2), ("remove", before + 2), ("cut", before + 3)):
        with pytest.raises(InterruptedError), store.write() as session:
            if tamper == "change":
                entries()[before + 1].verb = "edit"
            elif tamper == "remove":
                session.delete(entries()[before + 1])
            else:
                session.delete(entries()[before + 2])
            session.flush()
            assert audit.broken_at(session, anchor) == where, tamper
            raise InterruptedError  # the next way starts from the sound chain


def test_what_a_prepared_statement_wrote_in_a_savepoint_goes_with_it(store: Store, cast: Cast) -> None:
    with store.write() as session:
        heard(session, "o-kept", spoke=True)
        with suppress(ZeroDivisionError), session.begin_nested():
            heard(session, "o-taken-back", spoke=True)
            with session.begin_nested():
                heard(session, "o-inside", spoke=True)
            _ = 1 / 0
        with session.begin_nested():
            heard(session, "o-after", spoke=True)
    with store.read() as session:
        found = {openid for openid in ("o-kept", "o-taken-back", "o-inside", "o-after") if session.get(Account, openid)}
    assert found == {"o-kept", "o-after"}


def test_a_savepoint_that_was_rolled_back_does_not_stand_for_the_one_around_it(store: Store, cast: Cast) -> None:
    with store.write() as session:
        with suppress(ZeroDivisionError), session.begin_nested():
            heard(session, "o-before", spoke=True)
            inner = session.begin_nested()
            heard(session, "o-inside", spoke=True)
            inner.rollback()
            _ = 1 / 0
        outer = session.begin_nested()
        heard(session, "o-around", spoke=True)
        inner = session.begin_nested()
        heard(session, "o-inside", spoke=True)
        inner.rollback()
        outer.commit()
    with store.read() as session:
        found = {openid for openid in ("o-before", "o-inside", "o-around") if session.get(Account, openid)}
    assert found == {"o-around"}


def test_a_moment_is_kept_as_the_same_moment_in_whatever_zone_it_is_said(store: Store, clock: FrozenClock) -> None:
    for number, zone in enumerate((UTC, timezone(timedelta(hours=8)))):
        clock.set(datetime(2026, 9, 1, 20, 0, tzinfo=UTC).astimezone(zone))
        with store.write() as session:
            heard(session, f"o-{number}", spoke=True)
    with store.read() as session:
        seen = [session.get_one(Account, f"o-{number}").spoke_at for number in range(2)]
    assert seen == [datetime(2026, 9, 1, 20, 0, tzinfo=UTC)] * 2

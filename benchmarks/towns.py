"""A county of guardians, built once on SQLite or PostgreSQL, and copied: every contender begins with the same."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from sqlmodel import col, select

from benchmarks.people import settle_crowd
from benchmarks.servers import Postgres
from models.base.clock import SystemClock
from models.base.seal import Vault
from models.base.store import Session, Store
from models.messaging.approval import from_rule
from models.messaging.audiences import Audience
from models.messaging.broadcasts import Broadcast
from models.migrations import upgrade
from models.roster.people import Duty, Person, add_person, give_duty
from models.roster.units import Unit, UnitKind, add_unit

MASTER_KEY = "a master key for benches, 32 bytes or more"
VAULT = Vault(MASTER_KEY.encode())
DATABASES = ("SQLite", "PostgreSQL")
BAND = "6-12"
SCHOOLS = 100


def open_town(url: str) -> Store:
    return Store(url, SystemClock(), VAULT)


class Towns:
    """The databases of one bench. PostgreSQL keeps what it promises: fsync and full pages are on."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._names = count(1)
        self._postgres: Postgres | None = None

    def build(self, database: str, meant: int, others: int = 0) -> str:
        """A county of so many guardians of children of 8 and so many of children of 13, in schools; its URL."""
        url = self._empty(database)
        store = open_town(url)
        upgrade(store.engine)
        with store.write() as session:
            county = add_unit(session, None, UnitKind.COUNTY, "青禾县")
            approver = add_person(session, "李局长")
            session.flush()
            give_duty(session, approver, county, Duty.APPROVER)
        for number in range(SCHOOLS):
            with store.write() as session:
                school = add_unit(session, county, UnitKind.SCHOOL, f"第{number + 1}小学")
                session.flush()
                for kind, whole in enumerate((meant, others)):
                    share = whole * (number + 1) // SCHOOLS - (first := whole * number // SCHOOLS)
                    if share:
                        age = 13 if kind else 8
                        settle_crowd(session, school, share, first=kind * meant + first + 1, age=age)
        _looked_at(store)
        store.close()
        return url

    def copy(self, url: str) -> str:
        """Another database with the same in it."""
        if url.startswith("sqlite"):
            copied = self._empty("SQLite")
            shutil.copy(url.removeprefix("sqlite:///"), copied.removeprefix("sqlite:///"))
            return copied
        assert self._postgres is not None
        name = self._postgres.new_database(url.partition("@/")[2].partition("?")[0])
        return self._postgres.url(name)

    def drop(self, url: str) -> None:
        if url.startswith("sqlite"):
            for ending in ("", "-wal", "-shm"):
                Path(url.removeprefix("sqlite:///") + ending).unlink(missing_ok=True)
        else:
            assert self._postgres is not None
            self._postgres.drop_database(url.partition("@/")[2].partition("?")[0])

    @contextmanager
    def empty_server(self) -> Iterator[str]:
        """An empty database on PostgreSQL, for as long as it is needed; its URL."""
        url = self._empty("PostgreSQL")
        yield url
        self.drop(url)

    def close(self) -> None:
        if self._postgres is not None:
            self._postgres.stop()

    def _empty(self, database: str) -> str:
        if database == "SQLite":
            return f"sqlite:///{self._folder}/town-{next(self._names)}.db"
        if self._postgres is None:
            self._postgres = Postgres(options=())
        return self._postgres.url(self._postgres.new_database())


@contextmanager
def towns() -> Iterator[Towns]:
    with tempfile.TemporaryDirectory() as folder:
        built = Towns(Path(folder))
        try:
            yield built
        finally:
            built.close()


def approved(
    session: Session, notice: Any, *, unit: Unit | None = None, band: str = BAND, occurrence: str = "bench"
) -> Broadcast:
    """A broadcast to the guardians of the county's children of this band, or of one unit; not frozen yet."""
    unit = unit or session.exec(select(Unit).where(Unit.kind == UnitKind.COUNTY)).one()
    approver = session.exec(select(Person).where(col(Person.name_index).is_not(None))).one()
    sent: Broadcast = from_rule(
        session, notice, Audience(unit.id, bands=(band,)), occurrence=occurrence, approved_by=approver
    )
    return sent


def _looked_at(store: Store) -> None:
    """As after a night in service: PostgreSQL has looked through its tables by itself (autovacuum). SQLite does not."""
    if not store.on_sqlite:
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")

"""One door to the database: a transaction has one time, one vault, and commits together or not at all."""

import sqlite3
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

import sqlmodel
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import SessionTransaction
from sqlmodel import SQLModel

from models.base.clock import Clock, local_date
from models.base.driver import short_savepoints
from models.base.fairlock import FairLock
from models.base.seal import Vault
from models.base.turnstile import turnstile
from models.base.writes import count_writes

_T = TypeVar("_T")

_POOL: dict[str, Any] = {"pool_size": 16, "max_overflow": 48, "hide_parameters": True}
"""`hide_parameters`: what people wrote must not reach a log by way of a database error."""
_ROOM = {"cache_size": -8000, "wal_autocheckpoint": 4000}
"""In KiB, and in pages of 4 KiB: 4,000 rows of a broadcast are 6 MB, which twice the usual room carries in one go."""
_SHARED_POOL: dict[str, Any] = {"pool_size": 16, "max_overflow": 16, "hide_parameters": True, "pool_pre_ping": True}
"""A server has a hundred connections for all processes; one that was lost while it rested is opened again."""
_ANSWERS_WITHIN = {"connect_timeout": 10, "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
"""Seconds: a server that is gone is an error in moments, not when the system gives up after two hours."""
ASLEEP_SECONDS = 20
_AWAKE = {
    "idle_in_transaction_session_timeout": f"{ASLEEP_SECONDS}s",
    "tcp_keepalives_idle": "30",
    "tcp_keepalives_interval": "10",
}
"""The same the other way round: what a process holds that fell asleep, or whose machine is gone, is free in moments.
Where the server does not see it, models/base/asleep.py does."""
NAME = "shouwang"
"""Of every connection: an operator's own sessions and backups, under whatever account, are not ours to end."""

_PLANNED_FOR = {"jit": "off", "random_page_cost": "1.1"}
"""How the server plans. Compiling the longer statements (jit) took a quarter of their time here, each time; and what it
reads lies in memory or on flash: by its usual guess it read all accounts of a city for each piece of a broadcast."""


class Session(sqlmodel.Session):
    """One transaction: `now` is fixed at its start, `vault` opens its sealed columns.

    `news`: what others are told once it is committed (`Store.tell`), and never if it is not. By what it is about;
    each is asked for at the end, for a row may change again, and may turn out to be None.
    """

    now: datetime
    vault: Vault
    news: dict[object, Callable[[], object]]
    _at_hand: Connection
    _held_in: SessionTransaction | None = None

    @property
    def today(self) -> date:
        """The Asia/Shanghai day of `now`."""
        return local_date(self.now)

    def at_hand(self) -> Connection:
        """What `connection()` finds, looked for once in each transaction or savepoint, not for each statement. Raises
        as it does where a failed write left the transaction to be rolled back."""
        running = self.get_nested_transaction() or self.get_transaction()
        if running is None or running is not self._held_in or not running.is_active:
            self._at_hand = self.connection()  # begins a savepoint that is due
            self._held_in = self.get_nested_transaction() or self.get_transaction()
        return self._at_hand


class Store:
    """The database behind a URL (SQLite or PostgreSQL) with its clock and vault."""

    def __init__(self, url: str, clock: Clock, vault: Vault) -> None:
        self.url = url
        self.clock = clock
        self.vault = vault
        self.on_sqlite = make_url(url).get_backend_name() == "sqlite"
        self._turn = FairLock()
        self._told: list[Callable[[Sequence[object]], None]] = []
        if self.on_sqlite:
            self.engine = _sqlite(url)
            short_savepoints(self.engine)
            self._reader = _sqlite(url, query_only=True)
        else:
            self.engine = _postgresql(url)
            # One look sees one state of things, as it does on SQLite.
            look: dict[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
            self._reader = self.engine.execution_options(**look)

        count_writes(self.engine)
        # A store that nobody closed gives its connections back when it goes, at the latest with the process.
        weakref.finalize(self, _give_back, self._reader, self.engine)

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A writing transaction; commits at the end, rolls back where an exception leaves it.

        On SQLite it begins IMMEDIATE under a first-come lock, processes one after the other (`models.base.turnstile`):
        deferred begins end in "database is locked". On PostgreSQL many write at once: what is read before it is written
        is held (`models.base.turns`).
        """
        with self._turn_to_write(), self._session(self.engine) as session, session.begin():
            yield session
            news = _news_of(session)
        self._pass_on(news)

    def write_each(self, writes: Iterable[Callable[[Session], _T]]) -> list[_T | Exception]:
        """Short writes with one commit: what each returned or raised, once what they wrote is on the disk.

        Each is in a savepoint and a session of its own, so that it happens or not by itself. Raises what the database
        raised where it kept nothing of any. The next is asked for while the transaction is open: an iterator that ends
        in time bounds it.
        """
        outcomes: list[_T | Exception] = []
        news: list[object] = []
        with self._turn_to_write(), self.engine.begin() as connection:
            for write in writes:
                try:
                    with self._session(connection) as session, session.begin():
                        outcome, told = write(session), _news_of(session)
                    outcomes.append(outcome)
                    news += told
                except Exception as error:
                    outcomes.append(error)
                _must_be_open(connection)
        self._pass_on(news)
        return outcomes

    def tell(self, told: Callable[[Sequence[object]], None]) -> None:
        """Has `told` called with the news of every transaction that this store commits; it must not fail, nor wait."""
        self._told.append(told)

    def _pass_on(self, news: Sequence[object]) -> None:
        if news:
            for told in self._told:
                told(news)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A reading transaction; the database itself refuses a write in it."""
        with self._session(self._reader) as session:
            yield session

    def create_all(self) -> None:
        """Makes every table that was imported: for tests; real databases are made by the migrations."""
        SQLModel.metadata.create_all(self.engine)

    def close(self) -> None:
        """Gives every connection back."""
        self._reader.dispose()
        self.engine.dispose()

    def _turn_to_write(self) -> AbstractContextManager[None]:
        return self._turn.held() if self.on_sqlite else nullcontext()

    def _session(self, bind: Engine | Connection) -> Session:
        # Within a transaction of many writes, a savepoint.
        session = Session(bind, expire_on_commit=False, join_transaction_mode="create_savepoint")
        session.now = self.clock.now()
        session.vault = self.vault
        session.news = {}
        return session


def _news_of(session: Session) -> Sequence[object]:
    """What a transaction has to tell, asked just before it commits."""
    session.flush()
    return [said for ask in session.news.values() if (said := ask()) is not None]


def _must_be_open(connection: Connection) -> None:
    """Raises OperationalError where SQLite has rolled everything back, as it does for a full disk or a broken file: a
    commit after it would say nothing."""
    raw = None if connection.invalidated else connection.connection.dbapi_connection
    if isinstance(raw, sqlite3.Connection) and not raw.in_transaction:
        connection.invalidate()
        raise OperationalError("SAVEPOINT", None, sqlite3.OperationalError("SQLite has rolled it back"))


def _give_back(*engines: Engine) -> None:
    for engine in engines:
        engine.dispose()


def _sqlite(url: str, *, query_only: bool = False) -> Engine:
    engine = create_engine(url, connect_args={"check_same_thread": False, "timeout": 30}, **_POOL)
    file = Path(engine.url.database or "")

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # BEGIN is ours to say: the driver's own would be deferred
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA secure_delete=ON")
        for name, value in _ROOM.items():
            cursor.execute(f"PRAGMA {name}={value}")
        cursor.execute(f"PRAGMA query_only={'ON' if query_only else 'OFF'}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        if query_only:
            connection.exec_driver_sql("BEGIN")
            return
        with turnstile(file):
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _postgresql(url: str) -> Engine:
    options = " ".join(f"-c {name}={value}" for name, value in (_AWAKE | _PLANNED_FOR).items())
    spoken_to = {**_ANSWERS_WITHIN, "application_name": NAME, "options": options}
    engine = create_engine(url, connect_args=spoken_to, **_SHARED_POOL)

    @event.listens_for(engine, "handle_error")
    def _without_values(context: ExceptionContext) -> None:
        """The server's DETAIL names the values of a row (an openid, a birthday): only its first line goes on."""
        said = getattr(getattr(context.original_exception, "diag", None), "message_primary", None)
        if said is not None:
            context.original_exception.args = (said,)
            if context.sqlalchemy_exception is not None:
                context.sqlalchemy_exception.args = (f"({type(context.original_exception).__name__}) {said}",)

    return engine

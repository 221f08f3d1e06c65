"""Opens the database that the settings name, and refuses one that is behind, or that is the demo's."""

import sqlite3
from pathlib import Path

from cryptography.exceptions import InvalidTag
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlmodel import col, select

from bot.settings import Settings
from models.base.clock import Clock, SystemClock
from models.base.errors import Misconfigured
from models.base.marks import is_demo
from models.base.outage import is_lost
from models.base.seal import Vault
from models.base.store import Store
from models.base.texts import say
from models.migrations import behind, is_bare
from models.roster.people import Person

_DISK_FULL = "53100"
"""PostgreSQL's code for it."""
_CLOSED = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR)


def open_vault(settings: Settings) -> Vault:
    """The vault under the master key of the settings; older keys open what they sealed."""
    keys = [key.get_secret_value().encode() for key in (settings.security.master_key, *settings.security.older_keys)]
    return Vault(keys[0], tuple(keys[1:]))


def open_store(
    settings: Settings, clock: Clock | None = None, *, demo: bool = False, whatever_key: bool = False
) -> Store:
    """The store, ready for use. Raises Misconfigured where it is behind its migrations, is the demo's by mistake, or
    was sealed under another master key: under a new one nobody is found again, and an import would make everybody
    twice. `whatever_key` leaves that to the caller."""
    store = open_unchecked(settings, clock)
    if is_behind(store):
        raise Misconfigured(_not_up_to_date(store))
    with store.read() as session:
        if is_demo(session) and not demo:
            raise Misconfigured(say("setting.demo_database"))
    if not whatever_key and not key_fits(store):
        raise Misconfigured(say("doctor.key_wrong"))
    if settings.is_city:
        from bot.city.wiring import bell_of  # Redis and Dramatiq are imported where they are used

        store.tell(bell_of(settings).ring)
    return store


def is_behind(store: Store) -> bool:
    """Whether the migrations have to run. Raises Misconfigured where the database cannot be opened or reached."""
    try:
        return behind(store.engine)
    except DatabaseError as error:
        key = "setting.database" if store.on_sqlite else "setting.database_silent"
        raise Misconfigured(say(key, why=str(error.orig).partition("\n")[0])) from error


def _not_up_to_date(store: Store) -> str:
    """What to do; of a file without any table also where it is: it may be another than the one that is meant."""
    if not store.on_sqlite or not is_bare(store.engine):
        return say("setting.behind")
    file = Path(store.url.removeprefix("sqlite:///")).resolve()
    return say("setting.bare", path=file)


def why_not_kept(error: OperationalError) -> str | None:
    """The text that says why a database did not do what it was asked: the server is gone or never answered, the disk is
    full, or the file cannot be written. None for what is a fault of ours."""
    if is_lost(error):
        return "cli.database_lost"
    if getattr(error.orig, "sqlstate", "") == _DISK_FULL or _primary(error) == sqlite3.SQLITE_FULL:
        return "cli.database_full"
    return "cli.database_closed" if _primary(error) in _CLOSED else None


def _primary(error: OperationalError) -> int:
    """SQLite's code without what it says besides: SQLITE_IOERR_WRITE is an SQLITE_IOERR."""
    return getattr(error.orig, "sqlite_errorcode", 0) & 0xFF


def key_fits(store: Store) -> bool:
    """Whether the master key opens what the first and the last person are called."""
    named = select(Person).where(col(Person.name_sealed).is_not(None))
    with store.read() as session:
        for order in (col(Person.id), col(Person.id).desc()):
            person = session.exec(named.order_by(order)).first()
            try:
                _ = person.name if person is not None else ""
            except (InvalidTag, KeyError):
                return False
    return True


def open_unchecked(settings: Settings, clock: Clock | None = None) -> Store:
    """The store as it is, for the migrations; its folder is made where it is missing."""
    url = settings.database.url
    if url.startswith("sqlite:///"):
        file = Path(url.removeprefix("sqlite:///"))
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            file.touch(mode=0o600)  # names are sealed in it, times and tables are not
    return Store(url, clock or SystemClock(), open_vault(settings))

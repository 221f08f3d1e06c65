"""The books: is the database whole, does the key open it, was the audit touched, are there children in it."""

from collections.abc import Iterator

from sqlmodel import select

from bot.app import House
from bot.database import key_fits
from bot.doctor.finding import Finding, bad, look
from models.base.store import Store
from models.roster.children import Child

LEAST_POSTGRESQL = 14
"""The oldest that its makers still mend."""


def database(store: Store) -> Finding:
    """Whether the file is sound (SQLite's own quick check), or the server (PostgreSQL) one that we know."""
    if not store.on_sqlite:
        return _server(store)
    with store.read() as session:
        said = str(session.connection().exec_driver_sql("PRAGMA quick_check(1)").scalar_one())
    return Finding("doctor.database") if said == "ok" else bad("doctor.database", "doctor.database_broken", why=said)


def _server(store: Store) -> Finding:
    with store.read() as session:
        number = int(session.connection().exec_driver_sql("SHOW server_version_num").scalar_one())
    server = f"PostgreSQL {number // 10_000}.{number % 10_000}"
    if number // 10_000 < LEAST_POSTGRESQL:
        return bad("doctor.database", "doctor.database_old", server=server, least=LEAST_POSTGRESQL)
    return Finding("doctor.database", detail=server)


def key(store: Store) -> Finding:
    """Whether the master key is the one that the database was sealed under."""
    return Finding("doctor.key") if key_fits(store) else bad("doctor.key", "doctor.key_wrong")


def audit(house: House) -> Iterator[Finding]:
    """Whether the chain of acts holds up to its anchor."""
    broken = house.auditor.broken_at()
    if broken is None:
        yield Finding("doctor.audit")
    else:
        yield bad("doctor.audit", "doctor.audit_broken", position=broken)


def people(house: House) -> Iterator[Finding]:
    """Whether there are children."""
    with house.store.read() as session:
        some = session.exec(select(Child.id).limit(1)).first() is not None
    yield Finding("doctor.people") if some else look("doctor.people", "doctor.people_none")

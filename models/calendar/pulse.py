"""What the scheduler remembers between two ticks: when each task is next due, and which of several schedulers leads."""

from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import bindparam
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, SQLModel, col, select

from models.base.clock import Clock
from models.base.columns import BigId, Moment, UtcDateTime
from models.base.store import Session, Store
from models.base.turns import hold

NOTICES = "notices"
"""The task that turns rules into broadcasts: whoever changes what it looks at wakes it."""

LEASE = timedelta(seconds=20)
"""How long a scheduler leads without a sign of life. Another looks every ten seconds: it takes over within thirty."""
_RENEWED_BELOW = LEASE * 3 / 4


class Pulse(SQLModel, table=True):
    """One task of the scheduler. `since`: what was due before is not made up. `looked_at`: up to where it has looked;
    `mark`: the last row id it has seen."""

    name: str = Field(primary_key=True, max_length=40)
    since: datetime = Moment()
    next_at: datetime = Moment()
    looked_at: datetime = Moment()
    mark: int = Field(default=0, sa_type=BigId)


_ITS = select(Pulse).where(col(Pulse.name) == bindparam("name")).with_for_update()
_NOW, _TOMORROW = (bindparam(name, type_=UtcDateTime) for name in ("now", "tomorrow"))
_RESTING = select(Pulse.name).where(col(Pulse.next_at) > _NOW, col(Pulse.next_at) < _TOMORROW)
"""Built once, both: an idle tick asks it every few seconds."""


class Lease(SQLModel, table=True):
    """Who does the work of a name until when, in the machine's own time."""

    name: str = Field(primary_key=True, max_length=40)
    holder: str = Field(max_length=40)
    until: datetime = Moment()


def pulse(session: Session, name: str) -> Pulse:
    """The row of a task; a new one begins now and is due at once."""
    found = session.exec(_ITS, params={"name": name}).first()
    if found is not None:
        return found
    with suppress(IntegrityError), session.begin_nested():  # another scheduler may have begun at the same moment
        session.add(Pulse(name=name, since=session.now, next_at=session.now, looked_at=session.now))
    return session.exec(_ITS, params={"name": name}).one()


def resting(session: Session) -> set[str]:
    """The tasks that are not due yet. One that would rest for days rests by a clock that was moved back: it is due."""
    return set(session.exec(_RESTING, params={"now": session.now, "tomorrow": session.now + timedelta(days=2)}))


def wake(session: Session, name: str) -> None:
    """Makes a task due now: something it looks at has changed."""
    found = hold(session, Pulse, name)
    if found is not None:
        found.next_at = session.now


def fall_asleep(row: Pulse, since: datetime, until: datetime) -> None:
    """A task that was due `since` rests until then; if it was woken meanwhile it stays due."""
    if row.next_at == since:
        row.next_at = until


def lead(store: Store, name: str, holder: str, machine: Clock) -> bool:
    """Whether `holder` leads; takes or renews the lease where it is free, run out, or its own and a quarter over.

    A lease that ends further ahead than one can be was taken by a clock that has gone back since: it is free.
    """
    now = machine.now()
    with store.read() as session:
        lease = session.get(Lease, name)
        if lease is not None and now + _RENEWED_BELOW < lease.until < now + 2 * LEASE:
            return lease.holder == holder
    with store.write() as session:
        lease = session.exec(select(Lease).where(Lease.name == name).with_for_update()).first()
        if lease is None:
            try:
                with session.begin_nested():
                    session.add(Lease(name=name, holder=holder, until=now + LEASE))
            except IntegrityError:
                return False
            return True
        if lease.holder != holder and now < lease.until < now + 2 * LEASE:
            return False
        lease.holder, lease.until = holder, now + LEASE
        return True


def step_down(store: Store, name: str, holder: str, machine: Clock) -> None:
    """Gives the lease back at a clean stop, so that another leads at once."""
    with store.write() as session:
        lease = hold(session, Lease, name)
        if lease is not None and lease.holder == holder:
            lease.until = machine.now()

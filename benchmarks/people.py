"""A crowd of synthetic guardians, one child each, written by the database itself: for benches and large trials."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa

from models.base.columns import UtcDateTime
from models.base.ids import reserve
from models.base.store import Session
from models.roster.accounts import Account
from models.roster.children import Child, Sex
from models.roster.consent import SERVICE, Consent
from models.roster.people import Duty, Person, add_person, give_duty
from models.roster.ties import Guardianship
from models.roster.units import Unit, UnitKind, add_unit

PREFIX = "o_crowd_"


def openid(number: int, prefix: str = PREFIX) -> str:
    """As the simulator names its crowd, from 1."""
    return f"{prefix}{number:06d}"


def settle_crowd(
    session: Session, unit: Unit, count: int, *, prefix: str = PREFIX, first: int = 1, age: int = 8
) -> None:
    """Guardians `first` … `first + count - 1`: bound, following, consenting; every second one lives with the child.

    Names are left empty: nobody reads them here.
    """
    people, children, ties, consents = (reserve(count) for _ in range(4))
    numbers = _numbers(count)
    n, now = numbers.c.n, sa.literal(session.now, UtcDateTime())
    birth = date(session.today.year - age, 1, 15)
    digits = sa.literal("000000") + sa.cast(n + first, sa.String)
    who: Any = sa.literal(prefix) + sa.func.substr(digits, sa.func.length(digits) - 5)
    person = _after(people, n)
    _insert(session, Person, numbers, {"id": person, "created_at": now})
    child = {"unit_id": unit.id, "sex": Sex.GIRL, "birth": birth, "visit_every_days": 30, "created_at": now}
    _insert(session, Child, numbers, child | {"id": _after(children, n)})
    tie = {"since": session.today, "recorded_at": now, "relation": "家长", "at_home": n % 2 == 0}
    _insert(
        session,
        Guardianship,
        numbers,
        tie | {"id": _after(ties, n), "child_id": _after(children, n), "person_id": person},
    )
    account = {"following": True, "first_seen_at": now, "bound_at": now}
    _insert(session, Account, numbers, account | {"openid": who, "person_id": person})
    consent = {"purpose": SERVICE, "wording": "", "given_at": now}
    _insert(session, Consent, numbers, consent | {"id": _after(consents, n), "person_id": person})


def settle_school(session: Session, count: int) -> tuple[Unit, Person]:
    """A school of so many guardians, and somebody who approves for it."""
    school = add_unit(session, None, UnitKind.SCHOOL, "柳溪小学")
    approver = add_person(session, "李局长")
    session.flush()
    give_duty(session, approver, school, Duty.APPROVER)
    settle_crowd(session, school, count)
    return school, approver


def _numbers(count: int) -> sa.CTE:
    """0 … count - 1, as rows."""
    start = sa.select(sa.literal(0).label("n")).cte("numbers", recursive=True)
    return start.union_all(sa.select(start.c.n + 1).where(start.c.n < count - 1))


def _after(first: int, n: Any) -> Any:
    return sa.literal(first, sa.BigInteger) + n


def _insert(session: Session, table: Any, numbers: sa.CTE, values: Mapping[str, Any]) -> None:
    columns = table.__table__.c
    picked = [
        value if isinstance(value, sa.ColumnElement) else sa.literal(value, columns[name].type)
        for name, value in values.items()
    ]
    rows = sa.select(*picked).select_from(numbers)
    session.connection().execute(sa.insert(table).from_select(list(values), rows, include_defaults=False))

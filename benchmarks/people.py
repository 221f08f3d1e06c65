"""A crowd of synthetic guardians, one child each, written in bulk: for benches and for trials that need thousands."""

from datetime import date

import sqlalchemy as sa

from models.base.ids import reserve
from models.base.store import Session
from models.roster.accounts import Account
from models.roster.children import Child, Sex
from models.roster.consent import SERVICE, Consent
from models.roster.people import Person
from models.roster.ties import Guardianship
from models.roster.units import Unit

PREFIX = "o_crowd_"


def openid(number: int, prefix: str = PREFIX) -> str:
    """As the simulator names its crowd, from 1."""
    return f"{prefix}{number:06d}"


def settle_crowd(session: Session, unit: Unit, count: int, *, prefix: str = PREFIX, first: int = 1) -> None:
    """Guardians `first` … `first + count - 1`: bound, following, consenting; every second one lives with the child.

    Names are left empty: nobody reads them here.
    """
    people, children, ties, consents = (reserve(count) for _ in range(4))
    now, today = session.now, session.today
    numbers = range(count)
    _insert(session, Person, [{"id": people + n, "created_at": now} for n in numbers])
    child = {"unit_id": unit.id, "sex": Sex.GIRL, "birth": date(today.year - 8, 1, 15), "visit_every_days": 30}
    _insert(session, Child, [child | {"id": children + n, "created_at": now} for n in numbers])
    tie = {"since": today, "recorded_at": now, "relation": "家长"}
    _insert(
        session,
        Guardianship,
        [
            tie | {"id": ties + n, "child_id": children + n, "person_id": people + n, "at_home": n % 2 == 0}
            for n in numbers
        ],
    )
    account = {"following": True, "first_seen_at": now, "bound_at": now}
    _insert(
        session, Account, [account | {"openid": openid(first + n, prefix), "person_id": people + n} for n in numbers]
    )
    consent = {"purpose": SERVICE, "wording": "", "given_at": now}
    _insert(session, Consent, [consent | {"id": consents + n, "person_id": people + n} for n in numbers])


def _insert(session: Session, table: type, rows: list[dict[str, object]]) -> None:
    session.connection().execute(sa.insert(table), rows)

"""In whose name a command acts, and which unit or broadcast it means; what is not found is said with what to write."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import TypeVar

import click
from sqlmodel import col, select

from models.base.columns import Record
from models.base.errors import Misconfigured
from models.base.facts import holding
from models.base.store import Session
from models.base.texts import say
from models.messaging.broadcasts import Broadcast
from models.roster.children import Child
from models.roster.nominations import Nomination
from models.roster.people import Person, duties_of
from models.roster.requests import waiting
from models.roster.ties import Guardianship
from models.roster.units import Unit, labels

numbered = click.argument("number")
by = click.option("--by", "phone", required=True, help="The phone of the staff member in whose name this is done.")

_R = TypeVar("_R", bound=Record)
_SHORTEST = 4
_SHOWN = 8
_NEAR = 4
_ALIKE = 0.4


def staff_by_phone(session: Session, phone: str) -> Person:
    """The one staff member with this phone. Raises Misconfigured where there is none, or more than one."""
    index = session.vault.blind("person.phone", phone)
    found = [
        person
        for person in session.exec(select(Person).where(Person.phone_index == index))
        if duties_of(session, person.id)
    ]
    if len(found) != 1:
        raise Misconfigured(say("cli.by_several" if found else "cli.by_unknown"))
    return found[0]


def guardian_named(session: Session, text: str) -> Person:
    """The one guardian of this phone, or of this name and unit (张大河 柳溪小学). Raises Misconfigured where there is
    none, or more than one."""
    name, _, unit = text.partition(" ")
    if unit:
        index = col(Person.name_index) == session.vault.blind("person.name", name)
        path = unit_named(session, unit.strip()).path
    else:
        index, path = col(Person.phone_index) == session.vault.blind("person.phone", name), ""
    tie = holding(Guardianship, session.today).subquery()
    here = select(tie.c.person_id).join(Child, col(Child.id) == tie.c.child_id)
    here = here.join(Unit, col(Unit.id) == Child.unit_id).where(col(Unit.path).startswith(path))
    found = session.exec(select(Person).where(index, col(Person.id).in_(here))).all()
    if len(found) != 1:
        raise Misconfigured(say("cli.guardian_several" if found else "cli.guardian_unknown", text=text))
    return found[0]


def unit_named(session: Session, name: str) -> Unit:
    """The one unit of this name, or of this full name. Raises Misconfigured naming the nearest, or the choices."""
    units = session.exec(select(Unit).order_by(Unit.path)).all()
    called = labels(session, units)
    found = [unit for unit in units if name in (unit.name, called[unit.id])]
    if len(found) == 1:
        return found[0]
    if not found:
        if not units:
            raise Misconfigured(say("cli.unit_none", name=name))
        full = list(dict.fromkeys(called[unit.id] for unit in units))
        near = get_close_matches(name, full, n=_NEAR, cutoff=_ALIKE) or full[:_NEAR]
        raise Misconfigured(say("cli.unit_unknown", name=name, near="、".join(near)))
    choices = "、".join(called[unit.id] for unit in found[:_SHOWN])
    raise Misconfigured(say("cli.unit_several", name=name, choices=choices))


def broadcast_numbered(session: Session, number: str) -> Broadcast:
    """The broadcast whose number ends so (4 digits or more, as `broadcast list` shows). Raises Misconfigured."""
    return _numbered(session.exec(select(Broadcast)), number, "cli.no_broadcast")


def nomination_numbered(session: Session, number: str) -> Nomination:
    """The open nomination whose number ends so, as `staff list` shows it. Raises Misconfigured."""
    return _numbered(waiting(session, Nomination), number, "cli.staff_no_number")


def _numbered(rows: Iterable[_R], number: str, key: str) -> _R:
    found = [each for each in rows if str(each.id).endswith(number)]
    if len(number) < _SHORTEST or not number.isdigit() or len(found) != 1:
        raise Misconfigured(say(key, number=number))
    return found[0]

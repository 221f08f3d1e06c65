"""Who of several is told: somebody who can be written to, before whoever has a duty and no account."""

from collections.abc import Sequence

from models.base.store import Session
from models.roster.accounts import accounts_of
from models.roster.people import Duty, Person, staff_of
from models.roster.units import Unit


def hears(session: Session, person: Person) -> bool:
    """Whether a message to them arrives: an account of theirs follows."""
    return any(account.following for account in accounts_of(session, person.id))


def first_who_hears(session: Session, people: Sequence[Person]) -> Sequence[Person]:
    """The first of these who hears; where nobody does, the first. One person, or none where there are none."""
    return [next((each for each in people if hears(session, each)), people[0])] if people else []


def told_in(session: Session, unit: Unit, *duties: Duty) -> Sequence[Person]:
    """All who have one of the duties in a unit, where one of them hears; else the nearest above who does.

    Where nobody does anywhere it stays with those of the unit, else with the nearest above.
    """
    here = staff_of(session, unit, *duties)
    if any(hears(session, each) for each in here):
        return here
    above = first_who_hears(session, staff_of(session, unit, *duties, above=True))
    return above if not here or any(hears(session, each) for each in above) else here

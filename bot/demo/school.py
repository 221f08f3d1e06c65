"""The demo's people: the roster is imported like any other, staff get their duties, and six phones are theirs."""

from datetime import timedelta

from bot.demo.world import DemoPhone
from models.base.errors import Misconfigured
from models.base.marks import mark_demo
from models.base.store import Session, Store
from models.base.texts import CONTENT, say
from models.calendar.occurrences import EVERY_RULE, LONGEST_APPROVAL_DAYS, approve_rule
from models.care.duties.kinds import kinds
from models.care.duties.orders import set_duty
from models.roster.accounts import Account, heard
from models.roster.consent import give_consent
from models.roster.importing import import_roster
from models.roster.people import Duty, Person, add_person, find_person, give_duty
from models.roster.units import Unit, UnitKind, find_unit, unit_by_name

COUNTY = "青禾县"
DUTY, DUTY_IN = "safety-30", "柳溪小学三年级1班"
"""The one duty of the calendar that the demo shows: thirty minutes of safety before a vacation."""


def load_school(store: Store, phones: tuple[DemoPhone, ...]) -> None:
    """Fills an empty, migrated store; every phone is bound, has agreed, and the rules have their standing approval."""
    with store.write() as session:
        mark_demo(session)
    report = import_roster(store, CONTENT / "demo" / "roster.csv")
    if report.errors:
        found = (say("demo.roster_line", line=e.line, column=e.column, why=e.message) for e in report.errors)
        raise Misconfigured("\n".join(found))
    with store.write() as session:
        county = find_unit(session, None, UnitKind.COUNTY, COUNTY)
        if county is None:
            raise Misconfigured(say("demo.no_county", county=COUNTY))
        people = {phone.openid: _person(session, phone, county) for phone in phones}
        approver = next(people[phone.openid] for phone in phones if phone.role == "approver")
        until = session.today + timedelta(days=LONGEST_APPROVAL_DAYS)
        approve_rule(session, approver, county, EVERY_RULE, until)
        admin = next(people[phone.openid] for phone in phones if phone.role == "admin")
        set_duty(session, admin, unit_by_name(session, DUTY_IN, [county]), kinds()[DUTY])


def _person(session: Session, phone: DemoPhone, county: Unit) -> Person:
    person = find_person(session, phone.person, phone.number) or add_person(session, phone.person, phone.number)
    session.flush()
    for held in phone.staff:
        give_duty(session, person, unit_by_name(session, held["unit"], [county]), Duty(held["duty"]))
    heard(session, phone.openid, spoke=False)
    account = session.get_one(Account, phone.openid)
    account.person_id, account.bound_at = person.id, session.now
    give_consent(session, person.id)
    return person

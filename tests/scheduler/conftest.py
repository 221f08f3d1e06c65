"""A county that lives: the cast, who agreed to be written to, and a standing approval by 李局长."""

from datetime import date

import pytest
from sqlmodel import select

from models.base.store import Store
from models.calendar.occurrences import EVERY_RULE, approve_rule
from models.roster.accounts import Account
from models.roster.children import Sex, add_child
from models.roster.consent import give_consent
from models.roster.people import Person
from models.roster.ties import set_guardian
from models.roster.units import Unit, UnitKind, add_unit
from tests.cast import Cast


@pytest.fixture
def agreed(store: Store, cast: Cast) -> Cast:
    """Everyone who has an account agreed to the service; 奶奶 minds 小雪 too, who sits 中考 next."""
    with store.write() as session:
        school, grandmother = session.get_one(Unit, cast.school), session.get_one(Person, cast.grandmother)
        ninth = add_unit(session, school, UnitKind.GRADE, "九年级")
        class_ = add_unit(session, ninth, UnitKind.CLASS, "1班")
        xiaoxue = add_child(session, class_, "张小雪", Sex.GIRL, date(2012, 9, 1))
        set_guardian(session, xiaoxue, grandmother, "奶奶", at_home=True)
        for account in session.exec(select(Account)).all():
            if account.person_id is not None:
                give_consent(session, account.person_id)
    return cast


@pytest.fixture
def approved(store: Store, agreed: Cast) -> Cast:
    """Every rule may send in the county for a year."""
    with store.write() as session:
        li, county = session.get_one(Person, agreed.li), session.get_one(Unit, agreed.county)
        approve_rule(session, li, county, EVERY_RULE, date(2028, 6, 1))
    return agreed

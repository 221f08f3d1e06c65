"""Whom the preview names to phone is who has the calls on the list a minute after it was sent."""

from collections import Counter

from sqlmodel import select

from models.base.store import Store
from models.messaging.approval import approve, ask_approval
from models.messaging.audiences import Audience
from models.messaging.broadcasts import Broadcast
from models.messaging.phoning import to_phone
from models.messaging.planning.counted import forecast
from models.messaging.planning.planner import draft
from models.roster.accounts import Account, left
from models.roster.people import Duty, Person, add_person, give_duty
from models.roster.ties import mentees_of, unpair
from models.roster.units import Unit
from tests.ladder.conftest import House
from tests.ladder.school import School, settle_school
from tests.ladder.test_a_whole_school import FLOOD


def sent(house: House, store: Store, school: School) -> dict[str, Counter[int | None]]:
    """The flood notice goes out; who was named to phone, by reason."""
    with store.write() as session:
        admin, approver = session.get_one(Person, school.admin), session.get_one(Person, school.approver)
        broadcast = draft(session, admin, FLOOD, Audience(school.unit), dedupe_key="flood")
        named = {why: Counter(dict(who)) for why, who in forecast(session, broadcast).phoning.items()}
        ask_approval(session, broadcast, admin)
        approve(session, broadcast, approver, broadcast.digest)
    house.send()
    return named


def on_paper(store: Store, school: School) -> dict[str, str]:
    """Who stands beside each name of the list for phoning."""
    with store.write() as session:
        broadcast = session.exec(select(Broadcast)).one()
        calls = to_phone(session, broadcast, session.get_one(Person, school.admin))
        return {call.name: call.mentor for call in calls}


def test_they_are_named_as_the_ladder_asks_them(house: House, store: Store) -> None:
    with store.write() as session:
        school = settle_school(session)
        for openid in school.doing("gone"):
            left(session, openid)
        mentors = list(school.mentors)
        session.get_one(Account, school.mentors[mentors[0]]).following = False  # she stands behind the class teacher
        for pairing in mentees_of(session, mentors[1]):
            unpair(session, pairing, reason="调走")
        teacher = add_person(session, "周老师", "13800000999")
        session.flush()
        session.add(Account(openid="o_teacher", person_id=teacher.id, first_seen_at=session.now, bound_at=session.now))
        class_ = session.exec(select(Unit).where(Unit.name == "1班")).one()
        give_duty(session, teacher, class_, Duty.CLASS_TEACHER)
    named = sent(house, store, school)
    listed = on_paper(store, school)
    house.tick()
    assert listed == on_paper(store, school), "before the ladder has looked, and after"
    asked: dict[str, Counter[int | None]] = {}
    for call in house.calls().values():
        asked.setdefault(call.reason, Counter())[call.caller_id] += 1
    assert named == asked and set(named) == {"unbound", "not_following", "no_consent"}
    callers = set().union(*named.values())
    assert teacher.id in callers and not callers & {mentors[0], mentors[1]}

"""An urgent notice to a whole school on the simulator: every guardian ends acknowledged, or on a mentor's list with an
outcome; nobody gets it more often than the ladder says."""

from collections import Counter
from dataclasses import replace
from itertools import cycle
from pathlib import Path

from sqlmodel import col, select

from models.base.store import Store
from models.messaging.approval import approve, ask_approval
from models.messaging.audiences import Audience
from models.messaging.broadcasts import Broadcast, Urgency
from models.messaging.ladder.tables import CallOutcome, Ladder, PhoneCall
from models.messaging.outbox import Delivery
from models.messaging.planning.planner import draft
from models.messaging.status import status_document
from models.roster.people import Person
from tests.conftest import FrozenClock
from tests.delivery.stories import WATER
from tests.ladder.school import School, Town, open_town, settle_school

FLOOD = replace(
    WATER,
    title="山洪来了",
    urgency=Urgency.URGENT,
    card={"thing1": "山洪来了", "thing2": "马上到高处去"},
)


def test_nobody_of_a_whole_school_is_silently_missed(store: Store, clock: FrozenClock, tmp_path: Path) -> None:
    with store.write() as session:
        school = settle_school(session)
    with open_town(store, clock, tmp_path, school) as town:
        broadcast_id = _send(store, school)
        town.later(seconds=5)
        for openid in school.doing("prompt"):
            assert "山洪来了" in town.says(openid, "1")
        town.later(minutes=1)
        listed = {call.person_id: call.reason for call in _calls(store)}
        why = {"unbound": "unbound", "blocked": "refused", "gone": "not_following", "not_agreed": "no_consent"}
        assert listed == {person: why[way] for person, way in school.ways.items() if way in why}
        town.later(minutes=15)
        for openid in school.doing("late"):
            assert town.cards(openid) == 2 and "山洪来了" in town.says(openid, "1")
        town.later(minutes=30)
        for openid in school.doing("on_the_list"):
            town.says(openid, "1")
        for _ in range(2):
            _phone_everyone(town, school)
            town.later(minutes=25)
        town.later(hours=1)
        _everyone_has_an_outcome(store, school)
        shown = {way: {town.cards(each) for each in school.doing(way)} for way in set(school.ways.values())}
        assert shown == {
            "prompt": {1},
            "late": {2},
            "on_the_list": {2},
            "silent": {2},
            "unbound": {0},
            "blocked": {0},
            "gone": {0},
            "not_agreed": {0},
        }
        assert any("还有家长没联系上" in str(entry) for entry in town.simulator.shown("o_admin"))
        with store.read() as session:
            found = status_document(session, session.get_one(Broadcast, broadcast_id))
            assert found["calls"].get("open", 0) == 0 and session.get_one(Ladder, broadcast_id).next_at is None


def _send(store: Store, school: School) -> int:
    with store.write() as session:
        admin, approver = session.get_one(Person, school.admin), session.get_one(Person, school.approver)
        broadcast = draft(session, admin, FLOOD, Audience(school.unit), dedupe_key="flood")
        ask_approval(session, broadcast, admin)
        assert broadcast.planned_count == 60
        approve(session, broadcast, approver, broadcast.digest)
        return broadcast.id


def _calls(store: Store) -> list[PhoneCall]:
    with store.read() as session:
        return list(session.exec(select(PhoneCall).order_by(col(PhoneCall.id))))


def _phone_everyone(town: Town, school: School) -> None:
    """Every mentor goes through the list, whatever comes of each call."""
    said = cycle(["1", "没接", "已通知", "号码错"])
    for openid in school.mentors.values():
        while "没有要您打的电话" not in (list_ := town.says(openid, "电话名单")):
            assert "138****" in list_ and "1380001" not in list_
            town.says(openid, "1")
            assert "记下了" in town.says(openid, next(said))


def _everyone_has_an_outcome(store: Store, school: School) -> None:
    with store.read() as session:
        answered = set(session.exec(select(Delivery.person_id).where(col(Delivery.acknowledged_at).is_not(None))))
    calls = {call.person_id: call for call in _calls(store)}
    for person, way in school.ways.items():
        if way in ("prompt", "late", "on_the_list"):
            assert person in answered
            continue
        call = calls[person]
        assert call.outcome is not None and call.caller_id == school.mentor_of[person], way
    ends = Counter(call.outcome for call in calls.values())
    assert set(ends) == set(CallOutcome) - {CallOutcome.LAPSED, CallOutcome.CALLED_OFF}, ends

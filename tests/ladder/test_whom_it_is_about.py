"""A notice is about the children it was approved for: whoever else a guardian minds, and whoever leaves."""

import pytest
from sqlmodel import select

from models.base.facts import end
from models.base.store import Session, Store
from models.messaging.approval import approve, ask_approval
from models.messaging.audiences import Audience, Where
from models.messaging.broadcasts import Broadcast
from models.messaging.emergency import send_without_approval
from models.messaging.outbox import Delivery
from models.messaging.phoning import to_phone
from models.messaging.planning.planner import draft
from models.roster.children import Child
from models.roster.people import Duty, Person, duties_of, give_duty
from models.roster.ties import set_guardian
from models.roster.units import Unit
from tests.cast import OPENIDS, Cast
from tests.delivery.stories import refused
from tests.ladder.conftest import House
from tests.ladder.stories import FLOOD, made

GRANDMOTHER = OPENIDS["grandmother"]


@pytest.mark.parametrize("where", [Where.ALL, Where.HOME])
def test_a_father_away_hears_the_words_for_those_away_though_he_lives_with_another_child(
    house: House, store: Store, agreed: Cast, where: Where
) -> None:
    with store.write() as session:
        father, elsewhere = session.get_one(Person, agreed.father), session.get_one(Child, agreed.xiaoyu)
        set_guardian(session, elsewhere, father, "叔叔", at_home=True)  # at a school that the notice is not for
        wang, li = session.get_one(Person, agreed.wang), session.get_one(Person, agreed.li)
        broadcast = draft(session, wang, FLOOD, Audience(agreed.school, where=where), dedupe_key="flood")
        ask_approval(session, broadcast, wang)
        approve(session, broadcast, li, broadcast.digest)
    house.send()
    house.later(minutes=30)
    with store.read() as session:
        rows = session.exec(select(Delivery).where(Delivery.broadcast_id == broadcast.id)).all()
        heard = {(row.rung, row.voice) for row in rows if row.person_id == agreed.father}
        assert heard == ({(0, "在外"), (1, "在外")} if where == Where.ALL else {(2, "在外")})
        assert {row.voice for row in rows if row.person_id == agreed.grandmother} == {"在家"}


def transferred(session: Session, cast: Cast) -> None:
    """王主任 has left for another school, and 周老师 administers this one."""
    for staff in duties_of(session, cast.wang):
        end(session, staff, by=None)
    give_duty(session, session.get_one(Person, cast.wang), session.get_one(Unit, cast.other_class), Duty.ADMIN)
    give_duty(session, session.get_one(Person, cast.zhou), session.get_one(Unit, cast.school), Duty.ADMIN)


@pytest.mark.parametrize("where", [Where.ALL, Where.HOME])
def test_the_rungs_go_on_after_the_writer_has_left(house: House, store: Store, agreed: Cast, where: Where) -> None:
    with store.write() as session:
        wang, li = session.get_one(Person, agreed.wang), session.get_one(Person, agreed.li)
        broadcast = draft(session, wang, FLOOD, Audience(agreed.school, where=where), dedupe_key="flood")
        ask_approval(session, broadcast, wang)
        approve(session, broadcast, li, broadcast.digest)
        transferred(session, agreed)
    house.send()
    assert house.notices(GRANDMOTHER) == 1  # its rows are made after he left, too
    found = made(house, minutes=30)
    assert found == ({"again": 2} if where == Where.ALL else {"again": 1, "other": 1})
    assert made(house, minutes=15)["silent"] >= 1 and agreed.grandmother in house.calls()
    assert made(house, minutes=75)["school"] == 1
    with store.write() as session:
        zhou = session.get_one(Person, agreed.zhou)
        listed = {call.name: call.child for call in to_phone(session, session.get_one(Broadcast, broadcast.id), zhou)}
    assert listed["张桂花"] == "张小满、张小川"


def test_what_somebody_wrote_who_has_left_is_not_approved(store: Store, agreed: Cast) -> None:
    with store.write() as session:
        wang, li = session.get_one(Person, agreed.wang), session.get_one(Person, agreed.li)
        broadcast = draft(session, wang, FLOOD, Audience(agreed.school), dedupe_key="flood")
        ask_approval(session, broadcast, wang)
        transferred(session, agreed)
        with refused("broadcast.writer_left"):
            approve(session, broadcast, li, broadcast.digest, 2)
        give_duty(session, li, session.get_one(Unit, agreed.school), Duty.DUTY_OFFICER)
        with refused("broadcast.writer_left"):
            send_without_approval(session, broadcast, li, "河水涨了")

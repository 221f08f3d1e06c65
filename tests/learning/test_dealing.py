"""What the statements of an evening deal, held against a plain reckoning of it, family by family; and what it says."""

import os
import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import col, select

from bot.delivery.render import Renderer
from bot.delivery.wording import worded
from models.base.clock import SHANGHAI, SystemClock
from models.base.store import Session, Store
from models.learning.enrolments import ROUND, Enrolment
from models.learning.lessons import course
from models.learning.records import LessonRecord, checkin_moment
from models.learning.times import LessonTime
from models.messaging.dispatch.leasing import lease_next
from models.messaging.outbox import Batch, Delivery, State
from models.roster.accounts import Account
from models.roster.children import BANDS, Sex, add_child, band_of
from models.roster.consent import give_consent
from models.roster.people import Person, add_person
from models.roster.ties import set_guardian
from models.roster.units import Unit, UnitKind, add_unit
from scheduler.learning import send_digests
from tests.conftest import FrozenClock
from tests.learning.conftest import Home

SUNDAY = datetime(2027, 6, 6, 19, 30, tzinfo=SHANGHAI)
TODAY = SUNDAY.date()
FAMILIES = 150
Seat = tuple[int, date, date | None]
"""The order that comes next, when the round began, until when it rests."""


@dataclass
class Ward:
    """A child that a guardian minds today."""

    child: int
    birth: date
    at_home: bool
    seat: Seat


@dataclass
class Family:
    person: int
    wards: list[Ward]
    follows: bool
    agreed: bool


def a_guardian(session: Session, number: int, *, follows: bool = True, agreed: bool = True) -> Person:
    """Bound, and due on Sunday."""
    person = add_person(session, f"监护人{number}")
    session.flush()
    account = Account(openid=f"o-{number}", person_id=person.id, first_seen_at=session.now, bound_at=session.now)
    account.following = follows
    session.add(account)
    session.flush()
    if agreed:
        give_consent(session, person.id)
    session.add(LessonTime(person_id=person.id, next_at=SUNDAY))
    return person


def family(session: Session, dice: random.Random, unit: Unit, number: int) -> Family:
    """A guardian of none to four children of all ages, wherever in the course they may be; some have left, some are
    not theirs any more."""
    follows, agreed = dice.random() < 0.85, dice.random() < 0.9
    person = a_guardian(session, number, follows=follows, agreed=agreed)
    found = Family(person.id, [], follows, agreed)
    for each in range(dice.choice((0, 1, 1, 1, 2, 2, 3, 4))):
        birth = TODAY - timedelta(days=dice.randrange(19 * 365))
        child = add_child(session, unit, f"孩子{number}-{each}", dice.choice(list(Sex)), birth)
        ward = Ward(child.id, birth, dice.random() < 0.5, _seat(dice, band_of(birth, TODAY) or "15-18"))
        tie = set_guardian(session, child, person, "奶奶", at_home=ward.at_home)
        order, began, rests = ward.seat
        place: dict[str, Any] = {"band": band_of(birth, TODAY) or "15-18", "next_order": order, "round_began": began}
        session.add(Enrolment(person_id=person.id, child_id=child.id, rest_until=rests, **place))
        child.left_on = TODAY if dice.random() < 0.1 else None
        tie.until = TODAY if dice.random() < 0.1 else None
        if child.left_on is None and tie.until is None:
            found.wards.append(ward)
    return found


def _seat(dice: random.Random, band: str) -> Seat:
    began = TODAY - timedelta(days=dice.choice((0, 7, 200, 363, 364, 365, 500)))
    rests = dice.choice((None, None, None, TODAY, TODAY + timedelta(days=1)))
    return dice.randint(1, course(band)[-1].order + 1), began, rests


def by_hand(family: Family) -> tuple[list[tuple[int, str, str]], dict[int, Seat]]:
    """(child, lesson, voice) in their order, and every place afterwards, as a person would reckon them."""
    seats = {ward.child: ward.seat for ward in family.wards}
    given: list[tuple[int, str, str]] = []
    if not (family.agreed and family.follows):
        return given, seats
    eldest_first = sorted(family.wards, key=lambda ward: (ward.birth, ward.child))
    for band in reversed(BANDS):
        sharing = [ward for ward in eldest_first if band_of(ward.birth, TODAY) == band and not _rests(ward.seat)]
        if not sharing:
            continue
        lessons = course(band)
        lesson = next((each for each in lessons if each.order >= sharing[0].seat[0]), lessons[0])
        voice = "在家" if any(ward.at_home for ward in sharing) else "在外"
        for ward in sharing:
            given.append((ward.child, lesson.id, voice))
            began = ward.seat[1] if ward.seat[2] is None else TODAY
            over = max(began + ROUND, TODAY + timedelta(days=1))
            seats[ward.child] = (1, began, over) if lesson is lessons[-1] else (lesson.order + 1, began, None)
    return given, seats


def _rests(seat: Seat) -> bool:
    return seat[2] is not None and seat[2] > TODAY


def test_every_family_gets_what_a_person_would_give_it(store: Store, clock: FrozenClock) -> None:
    seed = int(os.environ.get("SEED", random.SystemRandom().randrange(10**9)))
    print(f"SEED={seed}")
    dice = random.Random(seed)
    with store.write() as session:
        unit = add_unit(session, None, UnitKind.SCHOOL, "青禾小学")
        families = [family(session, dice, unit, number) for number in range(FAMILIES)]
    clock.set(SUNDAY)
    list(send_digests(store))
    with store.read() as session:
        for each in families:
            records = session.exec(
                select(LessonRecord).where(LessonRecord.person_id == each.person).order_by(col(LessonRecord.id))
            ).all()
            places = session.exec(select(Enrolment).where(Enrolment.person_id == each.person))
            given, seats = by_hand(each)
            assert [(row.child_id, row.lesson_id, row.voice) for row in records] == given
            minded = {row.child_id: (row.next_order, row.round_began, row.rest_until) for row in places}
            assert {child: minded[child] for child in seats} == seats
            asked = [row.checkin_due_at for row in records]
            assert asked == [checkin_moment(TODAY)][: len(asked)] + [None] * (len(asked) - 1)
            digests = session.exec(select(Delivery).where(Delivery.person_id == each.person)).all()
            sent = [row for row in digests if row.state == State.PLANNED]
            assert {row.delivery_id for row in records} == {row.id for row in sent} and len(sent) <= 1
            home = any(voice == "在家" for _, _, voice in given)
            assert [row.voice for row in sent] == ["在家" if home else "在外"] * len(sent)
            if each.follows or not each.agreed:
                assert digests == sent
        batches = session.exec(select(Batch)).all()
        assert len(batches) == 1


def test_nobody_reachable_leaves_no_batch_behind(home: Home) -> None:
    with home.store.write() as session:
        for account in session.exec(select(Account)):
            account.following = False
    home.clock.set(SUNDAY)
    home.tick()
    assert [row.state for row in home.said_to(home.cast.grandmother)] == [State.UNREACHABLE]
    with home.store.read() as session:
        assert session.exec(select(Batch)).all() == []


def test_no_row_holds_the_words_of_a_lesson_and_the_card_has_them(home: Home) -> None:
    home.clock.set(SUNDAY)
    home.tick()
    with home.store.write() as session:
        lease = lease_next(session, SystemClock().now(), timedelta(seconds=30))
        assert lease is not None and {row.words_sealed for row in lease.rows} == {None}
        lease = worded(session, lease)
    renderer = Renderer({"lesson": "T_lesson"}, "https://bot.example", home.store.vault)
    cards = {row.openid: body.decode() for row, body in renderer.bodies(lease)}
    lesson = course("6-12")[0]
    assert f'"thing1":{{"value":"{lesson.title}"}}' in cards["o-other-mother"]
    assert f'"thing2":{{"value":"{lesson.homework}"}}' in cards["o-other-mother"]
    assert '"thing1":{"value":"本周2课"}' in cards["o-father"]


def test_the_head_of_a_home_has_a_lesson_for_each_of_its_children(store: Store, clock: FrozenClock) -> None:
    with store.write() as session:
        unit = add_unit(session, None, UnitKind.SCHOOL, "青禾小学")
        people = [a_guardian(session, number) for number in range(2)]
        for number in range(150):
            child = add_child(session, unit, f"孩子{number}", Sex.BOY, TODAY - timedelta(days=9 * 365 + number))
            person = people[number > 0]
            set_guardian(session, child, person, "院长", at_home=True)
            place: dict[str, Any] = {"band": "6-12", "next_order": 1, "round_began": TODAY}
            session.add(Enrolment(person_id=person.id, child_id=child.id, **place))
    clock.set(SUNDAY)
    list(send_digests(store))
    with store.read() as session:
        given = [
            session.exec(select(LessonRecord.id).where(LessonRecord.person_id == person.id)).all() for person in people
        ]
    assert [len(ids) for ids in given] == [1, 149]

"""Which way to each guardian: the table, the same in Python and in the database, and a preview that adds up."""

import random
from collections import Counter
from datetime import timedelta

import pytest
from sqlmodel import select

from benchmarks.people import openid, settle_crowd
from models.base.facts import end
from models.base.store import Session, Store
from models.messaging import allowances, audiences, outlets
from models.messaging.audiences import Audience
from models.messaging.broadcasts import Broadcast, Urgency, scope_of
from models.messaging.outbox import Channel, Delivery, State
from models.messaging.outlets import AccountKind, Means, Plan, means_now, note_quota, open_outlets
from models.messaging.planning.choosing import Facts, Room, choose, chosen
from models.messaging.planning.counted import Forecast, plan
from models.messaging.planning.forecast import preview
from models.messaging.planning.open_ways import CUSTOM_IN_WINDOW, CUSTOM_RESERVE, MASS_A_MONTH, all_reached
from models.messaging.planning.preview_words import missed_words, time_words
from models.messaging.planning.who_phones import who_phones
from models.messaging.wording.notices import Notice
from models.roster.accounts import Account, left
from models.roster.children import Child
from models.roster.consent import withdraw_consent
from models.roster.people import Person
from models.roster.ties import Guardianship, set_guardian
from models.roster.units import Unit
from tests.cast import OPENIDS, Cast
from tests.conftest import FrozenClock
from tests.delivery.stories import WATER, approved, drafted
from tests.freezing import freeze_all

CUSTOM, TEMPLATE, SUBSCRIBE, MASS = Channel.CUSTOM, Channel.TEMPLATE, Channel.SUBSCRIBE, Channel.MASS
EVERYTHING = Plan(usable=frozenset(Channel), subscribe_template="S", crowded=True, room=0)
OPEN = Facts(custom_sent=0, allowances=1, masses=0)
CALM = Plan(usable=frozenset(Channel))


@pytest.mark.parametrize(
    ("urgency", "facts", "plan", "way"),
    [
        (Urgency.ORDINARY, OPEN, CALM, TEMPLATE),
        (Urgency.URGENT, OPEN, CALM, TEMPLATE),
        (Urgency.ORDINARY, OPEN, EVERYTHING, CUSTOM),
        (Urgency.IMPORTANT, OPEN, EVERYTHING, CUSTOM),
        (Urgency.URGENT, OPEN, EVERYTHING, MASS),
        (Urgency.IMPORTANT, Facts(allowances=1), EVERYTHING, SUBSCRIBE),
        (Urgency.ORDINARY, Facts(allowances=1), EVERYTHING, TEMPLATE),
        (Urgency.IMPORTANT, Facts(custom_sent=CUSTOM_IN_WINDOW - CUSTOM_RESERVE), EVERYTHING, TEMPLATE),
        (Urgency.URGENT, Facts(masses=MASS_A_MONTH), EVERYTHING, TEMPLATE),
        (Urgency.URGENT, Facts(masses=MASS_A_MONTH, custom_sent=0, template=Room.NONE), EVERYTHING, CUSTOM),
        (Urgency.IMPORTANT, Facts(template=Room.LATER), EVERYTHING, TEMPLATE),
        (Urgency.IMPORTANT, Facts(template=Room.NONE), EVERYTHING, "no_quota"),
        (Urgency.ORDINARY, Facts(bound=False), EVERYTHING, "unbound"),
        (Urgency.URGENT, Facts(following=False), EVERYTHING, "not_following"),
        (Urgency.URGENT, Facts(consented=False, masses=0), EVERYTHING, "no_consent"),
        (Urgency.IMPORTANT, Facts(masses=0), Plan(usable=outlets.ALLOWED[AccountKind.SUBSCRIPTION]), "no_channel"),
        (Urgency.IMPORTANT, OPEN, Plan(usable=outlets.ALLOWED[AccountKind.SUBSCRIPTION]), CUSTOM),
        (Urgency.URGENT, Facts(), Plan(usable=outlets.ALLOWED[AccountKind.SUBSCRIPTION]), MASS),
        (Urgency.IMPORTANT, OPEN, Plan(), TEMPLATE),
    ],
)
def test_the_table(urgency: Urgency, facts: Facts, plan: Plan, way: Channel | str) -> None:
    assert choose(facts, urgency, plan) == way


def settle_mixed(session: Session, cast: Cast, count: int, dice: random.Random) -> dict[int, Facts]:
    """A crowd of every kind, and what is known of each."""
    settle_crowd(session, session.get_one(Unit, cast.class_), count)
    known: dict[int, Facts] = {}
    for number in range(1, count + 1):
        account = session.get_one(Account, openid(number))
        assert account.person_id is not None
        person = account.person_id
        bound, following, consented = dice.random() > 0.1, dice.random() > 0.1, dice.random() > 0.1
        sent, allowed, masses = dice.choice([0, 2, 3, 5]), dice.choice([0, 0, 1]), dice.choice([0, 3, 4])
        window = dice.random() < 0.5
        account.spoke_at = session.now - timedelta(hours=1 if window else 50)
        account.following = following
        if not consented:
            withdraw_consent(session, person)
        for _ in range(allowed):
            allowances.allowed(session, account.openid, "S")
        for channel, times, ago in ((CUSTOM, sent, 0), (MASS, masses, 0), (MASS, 2, 40)):
            for _ in range(times):
                key, at = f"old:{len(session.new)}:{dice.random()}", session.now - timedelta(days=ago)
                row = Delivery(key=key, openid=account.openid, kind="notice", channel=channel, planned_at=at)
                row.state = State.SENT
                session.add(row)
        if not bound:
            account.person_id = None
        elif dice.random() < 0.3:  # of two accounts it is the one that follows, then the later
            bound_at = session.now + dice.choice([-1, 0, 1]) * timedelta(days=1)
            session.add(
                Account(
                    openid=f"a{number}", person_id=person, following=False, bound_at=bound_at, first_seen_at=session.now
                )
            )
            following = account.following
        known[person] = Facts(bound, following, consented, sent if window else CUSTOM_IN_WINDOW, allowed, masses)
    session.flush()
    return known


@pytest.mark.parametrize("seed", range(3))
def test_the_database_chooses_as_the_table_does(store: Store, cast: Cast, seed: int) -> None:
    dice = random.Random(seed)
    with store.write() as session:
        known = settle_mixed(session, cast, 60, dice)
        broadcast = drafted(session, cast)
        found = audiences.people(session, scope_of(session, broadcast), Audience(cast.school)).subquery()
        for _ in range(25):
            usable = frozenset(dice.sample(list(Channel), dice.randint(1, 4)))
            plan = Plan(usable, "S", dice.random() < 0.7, dice.choice([None, None, 0, 7, 1000]), dice.random() < 0.5)
            urgency = dice.choice(list(Urgency))
            rows = session.connection().execute(chosen(session, found, urgency, plan)).all()
            at_once = session.connection().execute(chosen(session, found, urgency, plan, all_reached)).all()
            assert sorted(rows) == sorted(at_once)
            got = {row.person_id: row.reason or row.channel for row in rows if row.person_id in known}
            assert len(got) == len(known)
            rooms = [Room.TODAY] if plan.room in (None, 1000) else [Room.TODAY, Room.LATER if plan.waits else Room.NONE]
            if plan.room == 0:
                rooms = rooms[1:]
            for person, facts in known.items():
                ways = {choose(Facts(**{**vars(facts), "template": room}), urgency, plan) for room in rooms}
                assert got[person] in ways, (seed, plan, urgency, facts)
            if plan.room == 7 and not plan.waits:
                assert Counter(row.channel for row in rows if not row.reason)[TEMPLATE] <= 7


@pytest.mark.parametrize("seed", range(3))
def test_a_city_is_counted_as_its_people_are_one_by_one(store: Store, cast: Cast, seed: int) -> None:
    dice = random.Random(seed)
    with store.write() as session:
        known = settle_mixed(session, cast, 60, dice)
        for person in dice.sample(sorted(known), 20):  # a second child, or a tie that ended
            tie = session.exec(select(Guardianship).where(Guardianship.person_id == person)).one()
            if dice.random() < 0.5:
                child = session.get_one(Child, cast.xiaoyu)
                set_guardian(session, child, session.get_one(Person, person), "家长", at_home=True)
            else:
                end(session, tie, by=None)
        for person in dice.sample(sorted(known), 5):
            session.get_one(Person, person).erased_at = session.now
        session.flush()
        scope = scope_of(session, drafted(session, cast))
        for bands in ((), ("6-12",), ("12-15",)):
            audience = Audience(cast.school, bands=bands)
            each = audiences.with_accounts(audiences.people(session, scope, audience).subquery())
            one_by_one = Counter(row.reason for row in session.connection().execute(each))
            assert audiences.reasons(session, scope, audience) == one_by_one
        assert audiences.reasons(session, scope, Audience(cast.school)).keys() > {"", "unbound"}


def test_the_preview_of_a_city_is_that_of_a_village(store: Store, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    with store.write() as session:
        open_outlets(session, AccountKind.SERVICE, "S")
        settle_mixed(session, cast, 60, random.Random(7))
        for urgency in Urgency:
            notice = Notice(**{**vars(WATER), "urgency": urgency, "title": urgency.value})
            broadcast = approved(session, cast, notice, key=urgency.value)
            for quota in (1000, 40):
                note_quota(session, TEMPLATE, 100_000, quota)
                seen = preview(session, broadcast)
                with monkeypatch.context() as here:
                    here.setattr("models.messaging.planning.open_ways._MANY", 1)
                    assert preview(session, broadcast) == seen


def test_the_preview_and_what_is_frozen_agree(store: Store, cast: Cast) -> None:
    for number, urgency in enumerate(Urgency):
        with store.write() as session:
            if not number:
                open_outlets(session, AccountKind.SERVICE, "S")
                settle_mixed(session, cast, 80, random.Random(number))
            note_quota(session, TEMPLATE, 100, 30)
            notice = Notice(**{**vars(WATER), "urgency": urgency, "title": urgency.value})
            broadcast = approved(session, cast, notice, key=f"click-{number}")
            seen = preview(session, broadcast)
            assert seen.count == seen.reachable + sum(seen.unreachable.values())
        freeze_all(store)
        with store.write() as session:
            rows = session.exec(select(Delivery).where(Delivery.broadcast_id == broadcast.id)).all()
            assert Counter(row.channel for row in rows if not row.reason) == seen.channels
            assert Counter(row.reason for row in rows if row.reason) == seen.unreachable
            for row in rows:
                row.state = State.CANCELLED if not row.reason else row.state
                session.add(row)


def test_a_short_quota_keeps_the_reserve_and_says_how_many_days_it_takes(store: Store, cast: Cast) -> None:
    with store.write() as session:
        settle_crowd(session, session.get_one(Unit, cast.class_), 98)
        means = Means(per_day=50, left=30)
        seen = preview(session, drafted(session, cast), means=means)
        assert seen.plan.crowded and seen.plan.room == 25  # five are kept for 紧急
        assert seen.channels == {TEMPLATE: 100} and seen.later == 75 and seen.days == 2
        urgent = drafted(session, cast, Notice(**{**vars(WATER), "urgency": Urgency.URGENT}), key="urgent")
        with_mass = Means(usable=frozenset({TEMPLATE, MASS}), per_day=50, left=30)
        assert preview(session, urgent, means=with_mass).channels == {MASS: 100}
        soon_over = Notice(**{**vars(WATER), "useful_for": timedelta(hours=3)})
        lost = preview(session, drafted(session, cast, soon_over, key="short"), means=means)
        assert lost.channels == {TEMPLATE: 25} and lost.unreachable == {"no_quota": 75} and lost.days == 0
        assert time_words(seen) == "今天的额度能发 25 位，另外 75 位再等 2 天。"
        assert time_words(preview(session, urgent, means=with_mass)) == "1 分钟内发完。\n怎么发：群发 100"
        phoning = who_phones(session, urgent, lost.plan)
        assert phoning == {"no_quota": ((cast.zhou, 75),)}  # without a mentor the class teacher is asked
        assert missed_words(session, Forecast(lost, phoning)) == (
            "\n75 位发不到（今天的额度不够），要打电话：周老师 75 位"
        )


def test_an_alert_that_templates_would_bring_too_late_goes_by_mass(store: Store, cast: Cast) -> None:
    with store.write() as session:
        urgent = drafted(session, cast, Notice(**{**vars(WATER), "urgency": Urgency.URGENT}))
        means = Means(usable=frozenset(Channel), per_day=100_000, left=100_000)
        assert preview(session, urgent, means=means).channels == {TEMPLATE: 2}
        slow = preview(session, urgent, per_minute=0.1, means=means)  # type: ignore[arg-type]
        assert slow.channels == {MASS: 2} and slow.minutes == 1


def test_what_is_planned_already_is_not_planned_again(store: Store, cast: Cast, clock: FrozenClock) -> None:
    with store.write() as session:
        note_quota(session, TEMPLATE, 100, 50)
        approved(session, cast)
    freeze_all(store)
    with store.read() as session:
        assert (means_now(session).left, means_now(session).reserve) == (48, 10)
    clock.advance(days=1)
    with store.read() as session:
        assert means_now(session).left == 98


def test_who_is_to_be_phoned_is_counted_with_their_mentor(store: Store, cast: Cast) -> None:
    with store.write() as session:
        left(session, OPENIDS["father"])
        withdraw_consent(session, cast.grandmother)
        settle_crowd(session, session.get_one(Unit, cast.class_), 3)
        for number in (1, 2):
            session.get_one(Account, openid(number)).following = False
        broadcast = drafted(session, cast)
        found = plan(session, broadcast)
        assert found.seen.unreachable == {"not_following": 3, "no_consent": 1}
        assert found.phoning == {"not_following": ((cast.zhou, 2), (cast.lin, 1)), "no_consent": ((cast.lin, 1),)}
        assert missed_words(session, found) == (
            "\n4 位发不到，要打电话：\n3 位没关注：周老师 2 位，林老师 1 位\n1 位没同意接收：林老师 1 位"
        )
        assert (
            missed_words(session, found, callers_shown=1).splitlines()[2]
            == "3 位没关注：周老师 2 位，另外 1 位老师 1 位"
        )
        session.get_one(Account, OPENIDS["lin"]).following = False  # she could not be asked: the class teacher is
        assert who_phones(session, broadcast, found.seen.plan) == {
            "not_following": ((cast.zhou, 3),),
            "no_consent": ((cast.zhou, 1),),
        }


def test_a_plan_is_kept_with_the_broadcast(store: Store, cast: Cast) -> None:
    assert Plan.from_json(EVERYTHING.as_json()) == EVERYTHING and Plan.from_json("{}") == Plan()
    with store.write() as session:
        open_outlets(session, AccountKind.SERVICE, "S")
        note_quota(session, TEMPLATE, 100, 1)
        broadcast = approved(session, cast)
    with store.read() as session:
        kept = Plan.from_json(session.get_one(Broadcast, broadcast.id).plan)
        assert kept == Plan(frozenset(Channel), "S", crowded=True, room=0)
        assert session.get_one(Person, cast.wang)

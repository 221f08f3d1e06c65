"""A school of sixty guardians on the simulator: what each of them will do, and the bot that writes to them."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bot.delivery.render import Renderer
from bot.delivery.sender import Sender
from bot.delivery.throttle import Throttle
from bot.delivery.worker import Worker
from bot.rooms import rooms
from bot.wechat.callback import Callback
from bot.wechat.crypto import Gate
from bot.wechat.messages import messages_of
from bot.wechat.receipts import receipts_of
from bot.wechat.token import TokenProvider, stable_token
from bot.wechat.wire import Wire
from models.base.clock import FileClock
from models.base.store import Session, Store
from models.roster.accounts import Account
from models.roster.children import Sex, add_child
from models.roster.consent import give_consent
from models.roster.people import Duty, Person, add_person, give_duty
from models.roster.ties import pair, set_guardian
from models.roster.units import UnitKind, add_unit
from scheduler.clockwork import tick
from tests.conftest import FrozenClock
from tests.simulator.running import AES_KEY, APP_ID, SECRET, TOKEN, Simulator
from tests.wechat.served import served

WAYS = ("prompt", "late", "on_the_list", "silent", "unbound", "blocked", "gone", "not_agreed", "prompt")
"""What guardians do, one after the other: answer, answer the reminder, answer when they are on a list already, stay
silent; have no account, block us so that only the receipt says so, have left, have not agreed. An odd number of ways:
so every two of them meet in a family."""
CHILDREN = 30
MENTORS = 5


@dataclass(frozen=True)
class School:
    """Ids and accounts; `ways` by guardian."""

    unit: int
    admin: int
    approver: int
    mentors: dict[int, str]
    ways: dict[int, str]
    openids: dict[int, str]
    mentor_of: dict[int, int]

    def doing(self, *ways: str) -> list[str]:
        """The accounts of the guardians who go one of these ways."""
        return [self.openids[person] for person, way in self.ways.items() if way in ways]


def settle_school(session: Session) -> School:
    """Thirty children, each with a guardian at home and one away; six to a mentor."""
    county = add_unit(session, None, UnitKind.COUNTY, "青禾县")
    unit = add_unit(session, county, UnitKind.SCHOOL, "柳溪小学")
    class_ = add_unit(session, add_unit(session, unit, UnitKind.GRADE, "三年级"), UnitKind.CLASS, "1班")
    admin, approver = _staff(session, "王主任", 1, "o_admin"), _staff(session, "李局长", 2, "o_approver")
    give_duty(session, admin, unit, Duty.ADMIN)
    give_duty(session, approver, county, Duty.APPROVER)
    mentors = [_staff(session, f"林老师{number}", 10 + number, f"o_mentor_{number}") for number in range(MENTORS)]
    for mentor in mentors:
        give_duty(session, mentor, class_, Duty.MENTOR)
    ways: dict[int, str] = {}
    openids: dict[int, str] = {}
    mentor_of: dict[int, int] = {}
    for number in range(CHILDREN):
        child = add_child(session, class_, f"张小满{number}", Sex.GIRL, date(2018, 3, 1))
        mentor = mentors[number % MENTORS]
        pair(session, child, mentor)
        for at_home in (True, False):
            place = 2 * number + at_home
            person = add_person(session, f"张家{place}", f"138000{10000 + place}")
            session.flush()
            set_guardian(session, child, person, "奶奶" if at_home else "爸爸", at_home=at_home)
            ways[person.id], mentor_of[person.id] = WAYS[place % len(WAYS)], mentor.id
            openids[person.id] = f"o_family_{place:02d}"
            if ways[person.id] != "unbound":
                _account(session, person, openids[person.id], agreed=ways[person.id] != "not_agreed")
    callers = {mentor.id: f"o_mentor_{number}" for number, mentor in enumerate(mentors)}
    return School(unit.id, admin.id, approver.id, callers, ways, openids, mentor_of)


def _staff(session: Session, name: str, number: int, openid: str) -> Person:
    person = add_person(session, name, f"138000009{number:02d}")
    session.flush()
    _account(session, person, openid, agreed=True)
    return person


def _account(session: Session, person: Person, openid: str, *, agreed: bool) -> None:
    session.add(Account(openid=openid, person_id=person.id, first_seen_at=session.now, bound_at=session.now))
    session.flush()
    if agreed:
        give_consent(session, person.id)


@dataclass
class Town:
    """The simulator and the bot, whose clocks are moved together."""

    store: Store
    clock: FrozenClock
    simulator: Simulator
    worker: Worker

    def later(self, **by: float) -> None:
        """Time passes; the scheduler ticks, everything goes out, every receipt comes in."""
        self.clock.advance(**by)
        self.simulator.tell("/sim/clock", to=self.clock.now().isoformat())
        for _ in range(2):
            tick(self.store)
            self.worker.drain()
            self.simulator.still()
            self.worker.drain()

    def says(self, openid: str, text: str) -> str:
        """Somebody types into their phone; what comes back."""
        return str(self.simulator.say(openid, text)["reply"])

    def cards(self, openid: str) -> int:
        """How many notices the phone shows."""
        return len([card for card in self.simulator.shown(openid) if card["fields"].get("thing1") == "山洪来了"])


@contextmanager
def open_town(store: Store, clock: FrozenClock, folder: Path, school: School) -> Iterator[Town]:
    """A simulator with the school's phones and a bot behind a real callback."""
    with ExitStack() as stack:
        fields = [{"key": "thing1"}, {"key": "thing2"}]
        templates = {f"T_{kind}": {"title": kind, "fields": fields} for kind in ("notice", "task")}
        blocked = set(school.doing("blocked"))
        known = [*school.openids.values(), *school.mentors.values(), "o_admin", "o_approver"]
        phones = [{"openid": one} | ({"receipt": "failed:user block"} if one in blocked else {}) for one in known]
        simulator = Simulator(folder, templates=templates, phones=phones)
        stack.callback(simulator.stop)
        simulator.tell("/sim/clock", to=clock.now().isoformat())
        for openid in school.doing("gone"):
            simulator.tell("/sim/following", openid=openid, following=False)
        url = stack.enter_context(_callback(store, simulator))
        simulator.tell("/sim/config", callback_url=url)
        throttle = Throttle(store.clock, 16)
        tokens = TokenProvider(stable_token(Wire(simulator.url), APP_ID, SECRET), store.clock)
        renderer = Renderer({"notice": "T_notice", "task": "T_task"}, "http://127.0.0.1:8080", store.vault)
        sender = Sender(throttle, in_flight=16, total_seconds=5)
        worker = Worker(store, sender, renderer, tokens, throttle, api_base=simulator.url)
        stack.callback(worker.close)
        yield Town(store, clock, simulator, worker)


@contextmanager
def _callback(store: Store, simulator: Simulator) -> Iterator[str]:
    platform_time = FileClock(simulator.clock_file)
    gate = Gate(token=TOKEN, encoding_aes_key=AES_KEY, app_id=APP_ID, mode="safe", clock=platform_time)
    inside = rooms("青禾守望", "http://127.0.0.1:8080/p/")
    messages, receipts = messages_of(store, inside, 8), receipts_of(store, inside)
    with served(Callback(gate, messages.put, receipts.put, platform_time)) as port:
        yield f"http://127.0.0.1:{port}/wechat"
    messages.end()

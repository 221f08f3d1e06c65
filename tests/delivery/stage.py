"""A stage for stories of a closed day: a worker that lasts, others like it, what it knows of quotas, and its phones."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.commands.watching import progress_line
from bot.delivery.quotas import Quotas
from bot.delivery.throttle import Throttle
from bot.delivery.worker import Worker
from bot.wechat.client import Client
from bot.wechat.token import TokenProvider, stable_token
from bot.wechat.wire import Wire
from models.base.store import Store
from models.messaging.broadcasts import Broadcast
from models.messaging.outbox import Channel, State
from models.messaging.outlets import AccountKind, Outlet, open_outlets
from models.messaging.status import status_document
from models.messaging.wording.notices import Notice
from models.roster.accounts import Account
from tests.cast import OPENIDS, Cast
from tests.conftest import FrozenClock
from tests.delivery.stories import approved, states
from tests.simulator.running import APP_ID, SECRET, Simulator

SEND, QUOTA, CHAT = "/cgi-bin/message/template/send", "/cgi-bin/openapi/quota/get", "/cgi-bin/message/custom/send"
GRANDMOTHER, FATHER = OPENIDS["grandmother"], OPENIDS["father"]


@dataclass
class Stage:
    """`worker` is the process that goes on; `begin_anew` is another, or the same after a kill."""

    store: Store
    cast: Cast
    clock: FrozenClock
    platform: Simulator
    throttle_of: Callable[[int], Throttle]
    workers: Callable[..., Worker]
    throttle: Throttle = field(init=False)
    worker: Worker = field(init=False)
    quotas: Quotas = field(init=False)

    def __post_init__(self) -> None:
        self.throttle = self.throttle_of(16)
        self.worker = self.workers(throttle=self.throttle)
        wire = Wire(self.platform.url)
        tokens = TokenProvider(stable_token(wire, APP_ID, SECRET), self.store.clock)
        self.quotas = Quotas(self.store, Client(APP_ID, SECRET, wire=wire, tokens=tokens), self.throttle)

    def begin_anew(self) -> Worker:
        return self.workers(throttle=self.throttle_of(16))

    def send(self, notice: Notice, key: str = "click-1") -> int:
        with self.store.write() as session:
            return approved(session, self.cast, notice, key=key).id

    def goes(self, notice: Notice, key: str = "click-1") -> int:
        """Sends it as far as that is possible now."""
        sent = self.send(notice, key)
        self.worker.drain()
        return sent

    def later(self, worker: Worker | None = None, **by: float) -> None:
        self.clock.advance(**by)
        (worker or self.worker).drain()

    def states(self, broadcast: int) -> Counter[State]:
        return states(self.store, broadcast)

    def trouble(self, broadcast: int) -> str:
        """What everybody reads of it, who all read the same."""
        with self.store.read() as session:
            found = session.get_one(Broadcast, broadcast)
            said: str = status_document(session, found)["words"]["trouble"]
            assert said in progress_line(session, broadcast)
        return said

    def refuse(self, path: str = SEND, errcode: int = 45009) -> None:
        """From now on, whatever the platform says of what is left."""
        self.platform.tell("/sim/faults", path=path, do="errcode", errcode=errcode)

    def asked(self, path: str = SEND) -> int:
        """How often what is refused was asked for."""
        return sum(fault["struck"] for fault in self.platform.ask("/sim/faults") if fault["path"] == path)

    def mend(self) -> None:
        self.platform.raw("DELETE", "/sim/faults")

    def windows(self, *openids: str, mass: bool = False) -> None:
        """These wrote a moment ago, the others long before; a service account, whose mass calls are allowed or not."""
        for openid in openids:
            self.platform.say(openid, "你好")
        with self.store.write() as session:
            open_outlets(session, AccountKind.SERVICE)
            session.get_one(Outlet, Channel.MASS).usable = mass
            for openid in OPENIDS.values():
                session.get_one(Account, openid).spoke_at = session.now if openid in openids else None

    def kinds(self, openid: str) -> list[str]:
        """What came to a phone, in order."""
        return [entry["kind"] for entry in self.platform.shown(openid) if entry["kind"] != "reply"]

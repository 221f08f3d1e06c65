"""A house at work: the web server, the scheduler and delivery, begun together and ended in order."""

import logging
import signal
import threading
from collections.abc import Callable
from typing import Self

from bot.app import House
from bot.delivery.quotas import REST_SECONDS
from bot.garbage import look_for_garbage_rarely
from bot.listening import Listening
from bot.loops import Loop
from bot.threads import change_threads_often
from models.base.asleep import end_sleepers
from models.base.errors import Misconfigured
from models.base.texts import say
from models.messaging.dispatch.leasing import release_all

log = logging.getLogger(__name__)

_MEDIA_REST, _AUDIT_REST, _SLEEPERS_REST = 1.0, 1.0, 5.0


def told_to_end() -> threading.Event:
    """Is set by Ctrl-C or SIGTERM from now on. Asked for before anything begins: who is told to end a moment after
    it began ends in order too."""
    told = threading.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: told.set())
    return told


class Running:
    """What `serve`, `schedule`, `work` and the demo start. Use it as a context; leaving it ends everything in order:
    no new callbacks, then the rules, then what is in flight."""

    def __init__(self, house: House, *, web: bool = True, schedule: bool = True, deliver: bool = True) -> None:
        self._house = house
        self._stop = threading.Event()
        self._endings: list[Callable[[], None]] = []
        self._parts = (deliver, schedule, web)
        self.address = ""

    def __enter__(self) -> Self:
        """Begins. Raises Misconfigured where the port is taken, or a backup was put back and nothing was held."""
        deliver, schedule, web = self._parts
        if self._house.auditor.is_ahead():
            raise Misconfigured(say("restored.first"))
        look_for_garbage_rarely()
        change_threads_often()
        if not self._house.store.on_sqlite:
            # A thread of its own: those that wait for a sleeper do nothing else meanwhile.
            self._go_on(Loop("sleepers", self._end_sleepers, rest_seconds=_SLEEPERS_REST))
        if deliver:
            self._deliver()
        if schedule:
            self._house.clockwork.start()
            self._endings.append(self._house.clockwork.stop)
        if web:
            self._listen()
        return self

    def __exit__(self, *_: object) -> None:
        """Ends, last begun first."""
        log.info("ending: what is in flight arrives first")
        self._stop.set()
        while self._endings:
            self._endings.pop()()

    def _deliver(self) -> None:
        store = self._house.store
        if store.on_sqlite and all(self._parts):
            # Embedded, this process is alone: nobody else can hold a batch, and nobody shall wait for a dead lease.
            with store.write() as session:
                release_all(session)
        account = self._house.settings.wechat
        self._house.quotas.open(account.kind, account.subscribe_templates.notice)
        for worker in self._house.workers:
            thread = threading.Thread(target=worker.run, args=(self._stop,), name="delivery", daemon=True)
            thread.start()
            self._endings.append(thread.join)
        self._endings.append(self._house.common.rouse(self._house.workers))
        loops = (
            *self._house.common.loops,
            Loop("media", lambda: self._house.media.run_once() > 0, rest_seconds=_MEDIA_REST),
            Loop("audit", self._house.auditor.link, rest_seconds=_AUDIT_REST),
            Loop("quotas", self._house.quotas.read, rest_seconds=REST_SECONDS),
        )
        for loop in loops:
            self._go_on(loop)

    def _go_on(self, loop: Loop) -> None:
        loop.start()
        self._endings.append(loop.stop)

    def _end_sleepers(self) -> bool:
        ended = end_sleepers(self._house.store)
        if ended:
            log.warning("ended %s transactions of processes that fell asleep", ended)
        return ended > 0

    def _listen(self) -> None:
        server = self._house.settings.server
        try:
            listening = Listening(self._house.door, host=server.host, port=server.port)
        except OSError as error:
            raise Misconfigured(say("setting.port", host=server.host, port=server.port, why=error.strerror)) from error
        self._endings.append(listening.end)
        self.address = f"http://{server.host}:{server.port}"

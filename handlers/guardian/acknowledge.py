"""知道了: answers the latest notice that waits for this person's word; a bare 1 will do while one waits."""

from dataclasses import dataclass
from datetime import datetime

from handlers.chat import Chat
from handlers.dialogue import Dialogue, Kept, Told
from handlers.everyone.thanks import politely
from handlers.flow import Flow, Who, flow
from models.base.store import Session
from models.messaging.acknowledgements import acknowledge_latest, latest_waiting
from models.roster.people import Person


@flow(
    "知道了", "我知道了", "收到", "已知晓", "看完了", "看到了",
    "看过了", "已看", "晓得了", "我晓得了", "知到了", "我知到了",
)  # fmt: skip
def acknowledge_notice(chat: Chat) -> Dialogue:
    """Keeps that the person knows."""
    yield from ()
    notice = acknowledge_latest(chat.session, chat.me.id)
    return Kept("ack.thanks", {"title": notice.title}) if notice else Told("ack.nothing")


@dataclass(frozen=True)
class WhileWaiting(Flow):
    """What means a notice only while one waits."""

    def open_to(self, session: Session, person: Person | None) -> bool:
        """Whether a notice waits for this person."""
        return person is not None and latest_waiting(session, person.id) is not None

    def asked_at(self, session: Session, person: Person) -> datetime | None:
        """When the notice was sent."""
        waiting = latest_waiting(session, person.id)
        return waiting.tried_at if waiting else None


@dataclass(frozen=True)
class _ByNumber(WhileWaiting):
    """Inside another dialogue a bare number belongs to that."""

    def is_called(self, text: str) -> bool:
        """Never: a number belongs to the dialogue that runs."""
        return False


_POLITELY = politely(*acknowledge_notice.words)
acknowledge_politely = WhileWaiting("acknowledge_politely", _POLITELY, acknowledge_notice.run, Who.BOUND)
"""知道了谢谢; where nothing waits it is thanks."""

_NUMBERS = ("1", "一")
acknowledge_by_number = _ByNumber(
    "acknowledge_by_number", (*_NUMBERS, *politely(*_NUMBERS)), acknowledge_notice.run, Who.BOUND
)

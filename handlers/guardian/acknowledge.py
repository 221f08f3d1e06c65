"""知道了: answers the latest notice that waits for this person's word; a bare 1 will do while one waits."""

from dataclasses import dataclass

from handlers.chat import Chat
from handlers.dialogue import Dialogue, Kept, Told
from handlers.flow import Flow, Who, flow
from models.base.store import Session
from models.messaging.acknowledgements import acknowledge_latest, latest_waiting
from models.roster.people import Person


@flow("知道了", "我知道了", "收到", "已知晓", "看完了", "知到了", "我知到了")
def acknowledge_notice(chat: Chat) -> Dialogue:
    """Keeps that the person knows."""
    yield from ()
    notice = acknowledge_latest(chat.session, chat.me.id)
    return Kept("ack.thanks", {"title": notice.title}) if notice else Told("ack.nothing")


@dataclass(frozen=True)
class WhileWaiting(Flow):
    """A bare number means a notice only while one waits; inside another dialogue it belongs to that."""

    def open_to(self, session: Session, person: Person | None) -> bool:
        """Whether a notice waits for this person."""
        return person is not None and latest_waiting(session, person.id) is not None

    def is_called(self, text: str) -> bool:
        """Never: a number belongs to the dialogue that runs."""
        return False


acknowledge_by_number = WhileWaiting("acknowledge_by_number", ("1", "一"), acknowledge_notice.run, Who.BOUND)

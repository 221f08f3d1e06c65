"""What an account hears that is nobody's yet: who we are and how to bind, or that its request still waits."""

from handlers.chat import Chat
from handlers.dialogue import Told
from models.roster.binding import asked_of


def to_a_stranger(chat: Chat) -> Told:
    """Nothing about any child."""
    deciders = asked_of(chat.session, chat.openid)
    return Told("bind.waiting", {"who": deciders[0].name}) if deciders else Told("bind.who")

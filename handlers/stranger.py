"""What an account hears that is nobody's yet: who we are and how to bind, that its request still waits, or waited in
vain."""

from handlers.chat import Chat
from handlers.dialogue import Told
from models.messaging.binding_news import lapse
from models.roster.binding import deciders_of, last_request
from models.roster.requests import has_lapsed


def to_a_stranger(chat: Chat) -> Told:
    """Nothing about any child."""
    request = last_request(chat.session, chat.openid)
    deciders = deciders_of(chat.session, request) if request is not None else []
    if request is not None and has_lapsed(chat.session, request):
        return Told("bind.lapsed", lapse(deciders))
    return Told("bind.waiting", {"who": deciders[0].name}) if deciders else Told("bind.who")

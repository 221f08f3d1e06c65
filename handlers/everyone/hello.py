"""Whoever follows us is told who we are and what to do first."""

from handlers.chat import Chat
from handlers.dialogue import Dialogue, Told
from handlers.flow import Who, flow
from handlers.stranger import to_a_stranger


@flow("你好", "您好", who=Who.ANYONE)
def hello(chat: Chat) -> Dialogue:
    """Greets; an account that is not bound learns how to bind."""
    yield from ()
    return to_a_stranger(chat) if chat.person is None else Told("hello.again", {"name": chat.person.name})

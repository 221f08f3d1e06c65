"""One message in, one answer out: danger, the words that mean the same everywhere, the running dialogue, a flow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from handlers.danger import danger_words
from handlers.exchange import Exchange
from handlers.flow import Flow
from handlers.joining import Join
from handlers.memory import dump, load
from handlers.said import Said
from handlers.undo import Undo
from models.base.errors import Refused
from models.base.store import Session
from models.base.texts import say
from models.messaging.conversations import conversation_of, put_state
from models.roster.accounts import person_of
from models.roster.people import Person

_FOLLOWED = ("subscribe", "SCAN")
_SCENE = "qrscene_"


class RaiseAlert(Protocol):
    """`models.care.alerts.raise_alert`."""

    def __call__(self, session: Session, *, openid: str, person: Person | None, words: str, cause: int) -> object:
        """Keeps the words and calls who is responsible."""


@dataclass(frozen=True)
class Router:
    """The tables that answers are made of, who is told of words of danger, and the name that texts sign with."""

    flows: Sequence[Flow]
    undos: Mapping[str, Undo]
    joins: Mapping[str, Join]
    alert: RaiseAlert
    bureau: str

    def answer(self, session: Session, openid: str, said: Said, cause: int) -> str | None:
        """The words of the answer, or None where an event needs none. `cause` is the inbox row of the message.

        Writes the conversation and whatever the flow keeps, in the caller's transaction. Raises nothing for what a
        person did wrong: that is the answer.
        """
        conversation = conversation_of(session, openid)
        person = person_of(session, openid)
        if danger_words(said.words):
            self.alert(session, openid=openid, person=person, words=said.words, cause=cause)
            return say("danger.now")
        memory = load(conversation.state, [flow.name for flow in self.flows])
        exchange = Exchange(self, session, conversation, memory, person, cause)
        try:
            text = self._event(exchange, said) if said.kind == "event" else exchange.hear(said)
        except Refused as refused:
            text = say(refused.key, **refused.params)
        put_state(session, conversation, dump(exchange.memory))
        return text

    def named(self, name: str) -> Flow | None:
        """The flow of that name."""
        return next((flow for flow in self.flows if flow.name == name), None)

    @staticmethod
    def _event(exchange: Exchange, said: Said) -> str | None:
        if said.event == "CLICK":
            return exchange.hear(replace(said, kind="text", text=said.event_key), clicked=True)
        if said.event in _FOLLOWED:
            return exchange.greet(said.event_key.removeprefix(_SCENE))
        return None

"""One message in, one answer out: danger, the words that mean the same everywhere, the running dialogue, a flow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

from handlers.chat import Foresee, blind
from handlers.danger import danger_words
from handlers.exchange import Exchange
from handlers.flow import Flow
from handlers.joining import Join
from handlers.memory import Memory, dump, load
from handlers.said import Said
from handlers.undo import Undo
from models.base.errors import Refused
from models.base.store import Session
from models.base.texts import say
from models.messaging.conversations import conversation_of, note_kept, put_state
from models.roster.accounts import person_id_of, person_of
from models.roster.people import Person

_FOLLOWED = ("subscribe", "SCAN")
_SCENE = "qrscene_"


class RaiseAlert(Protocol):
    """`models.care.alerts.raise_alert`."""

    def __call__(self, session: Session, *, openid: str, person: Person | None, words: str, cause: int) -> object:
        """Keeps the words and calls who is responsible."""


@dataclass(frozen=True)
class Router:
    """The tables that answers are made of, who is told of words of danger, the name that texts sign with, the address
    under which pages are, and who foresees what an edit of the calendar moves."""

    flows: Sequence[Flow]
    undos: Mapping[str, Undo]
    joins: Mapping[str, Join]
    alert: RaiseAlert
    bureau: str
    pages: str = ""
    foresee: Foresee = blind

    def answer(self, session: Session, openid: str, said: Said, cause: int) -> str | None:
        """The words of the answer, or None where an event needs none. `cause` is the inbox row of the message.

        Writes the conversation and whatever the flow keeps, in the caller's transaction. Raises nothing for what a
        person did wrong: that is the answer.
        """
        conversation = conversation_of(session, openid)
        person = person_of(session, openid)
        memory = load(conversation.state, self._names)
        if memory.whose != _id(person):  # what another person began or kept on this account is not theirs to see
            memory = Memory(whose=_id(person))
            note_kept(conversation, None, None)
        exchange = Exchange(self, session, conversation, memory, person, cause)
        warning = ""
        if danger_words(said.words) and not exchange.naming(said):
            noting = exchange.noting(said)
            if noting is None or not noting.knows_of_danger:
                self.alert(session, openid=openid, person=person, words=said.words, cause=cause)
            if noting is None:
                return say("danger.now")
            warning = say("danger.noted") + "\n"
        try:
            text = self._event(exchange, said) if said.kind == "event" else exchange.hear(said)
        except Refused as refused:
            text = say(refused.key, **refused.params)
        bound = person_id_of(session, openid)
        if bound != memory.whose:  # bound or let go just now: only what runs is theirs
            memory.whose, memory.aside, memory.offered, memory.earlier = bound, [], None, []
            note_kept(conversation, None, None)
        put_state(session, conversation, dump(exchange.memory))
        return warning + text if text else text

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(flow.name for flow in self.flows)

    def alarm(self, session: Session, openid: str, words: str, cause: int) -> str:
        """Calls for help because of these words and does nothing else, in the caller's transaction; what to say."""
        self.alert(session, openid=openid, person=person_of(session, openid), words=words, cause=cause)
        return say("danger.now")

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


def _id(person: Person | None) -> int | None:
    return person.id if person else None

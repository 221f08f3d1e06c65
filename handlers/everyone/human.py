"""人工: one sentence goes to the people responsible, and who will answer is said."""

from collections.abc import Callable
from typing import TypeAlias

from handlers.chat import Chat
from handlers.dialogue import Dialogue, Told
from handlers.flow import Flow, Who, flow
from handlers.prompts import Text, YesNo

AskHuman: TypeAlias = Callable[[Chat, str], str]
"""Passes a question on to whoever is responsible for this person and returns who will answer (林老师)."""


def human_flow(ask: AskHuman) -> Flow:
    """The flow, with the way questions go."""

    @flow("人工", menu="menu.human")
    def human(chat: Chat) -> Dialogue:
        """Takes one sentence, a voice will do, and passes it on."""
        note = yield from Text("human.what", or_voice=True)
        return Told("human.passed", {"who": ask(chat, note.label)})

    return human


def own_question_flow(ask: AskHuman) -> Flow:
    """What a guardian asks in words of their own opens it: nothing goes to anybody before they said yes."""

    @flow("问老师", who=Who.GUARDIAN, fleeting=True)
    def own_question(chat: Chat) -> Dialogue:
        """Shows the question that came, and passes it on after a yes."""
        note = yield from Text("human.what", or_voice=True)
        sure = yield from YesNo("human.offer", yes="human.pass_on", no="human.keep", words=note.label)
        return Told("human.passed", {"who": ask(chat, note.label)}) if sure else Told("human.not_passed")

    return own_question

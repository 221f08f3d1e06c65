"""帮助: what this person can do here, five choices at most on a page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from handlers.chat import Chat
from handlers.dialogue import Dialogue, Go
from handlers.flow import Flow, Who, flow
from handlers.prompts import Pick
from handlers.stranger import to_a_stranger


@dataclass(frozen=True)
class _Entry:
    id: str
    label: str
    words: tuple[str, ...]


def help_flow(flows: Callable[[], Sequence[Flow]]) -> Flow:
    """The flow over the table of flows, which is complete only after this one is in it."""

    @flow("帮助", who=Who.ANYONE)
    def help(chat: Chat) -> Dialogue:
        """Shows the menu of what this person may use, in the table's order, and goes there."""
        entries = [
            _Entry(each.name, chat.say(each.menu), each.words)
            for each in flows()
            if each.menu and each.open_to(chat.session, chat.person)
        ]
        if chat.person is None:
            return to_a_stranger(chat)
        chosen = yield from Pick("help.what", entries, words=lambda entry: entry.words)
        return Go(chosen.id)

    return help

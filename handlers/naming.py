"""What an opening line would answer by itself, looked at with nothing kept of it."""

from collections.abc import Callable, Sequence

from handlers.chat import Chat
from handlers.dialogue import Asking, Attempt, Dialogue
from handlers.memory import State
from handlers.opening import Opening
from handlers.prompts.prompt import Json
from handlers.reading.days import day
from handlers.watch import Watch
from models.base.errors import Refused


def named_by_opening(run: Callable[[Chat], Dialogue], chat: Chat, state: State) -> dict[str, Json] | None:
    """What an opening line and the flow's word answer by themselves, by question, with nothing kept of it; None where
    the line names nothing that is asked for (a child, a day, a code): free words alone name nothing. A name or a day
    that leaves a question open answers it by None."""
    attempt, before = Attempt(chat, state.copy(), None), [*state.opening.left]
    only_looking = chat.session.begin_nested()
    try:
        asked = attempt.play(run, Watch(chat.session))
    except Refused:
        asked = None
    finally:
        only_looking.rollback()
    answers = [(each, attempt.state.answers[each.key]) for each in attempt.trail]
    named = {each.key: answer.data for each, answer in answers}
    taken = [each for each, answer in answers if answer.source == "opening"]
    if taken and taken[0].prompt.free:
        return None
    if isinstance(asked, Asking) and (attempt.lines or (not taken and _narrows(before, asked.state.opening))):
        named[asked.state.at] = None
    return named if taken or None in named.values() else None


def _narrows(before: Sequence[str], opening: Opening) -> bool:
    """Whether a question took something of the line and yet is asked, or a later one can take the day in front."""
    return opening.left != before or (bool(before) and day(before[0], opening.said_on) is not None)

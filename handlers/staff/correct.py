"""更正: what was told wrongly is put right, by a draft to the same people that goes the way of every draft."""

from handlers.chat import Chat
from handlers.dialogue import Dialogue, Go
from handlers.flow import flow
from handlers.prompts import Text
from handlers.staff.asking import notice_names, which_notice
from handlers.staff.drafts import handle
from models.messaging.broadcasts import WRITERS
from models.messaging.overview import correctable
from models.messaging.planning.planner import correction


@flow("更正", "发更正", duty=tuple(WRITERS), names=notice_names)
def correct_notice(chat: Chat) -> Dialogue:
    """Which notice was wrong, and what is right; then the draft."""
    wrong = yield from which_notice(
        "announce.which_correct", correctable(chat.session, chat.me), empty="announce.none_sent"
    )
    words = yield from Text("announce.correct_words", at_most=200, title=wrong.title)
    draft = correction(chat.session, chat.me, wrong, words.text, dedupe_key=f"chat:{chat.cause}")
    return Go("see_draft", handle(draft))

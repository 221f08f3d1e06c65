"""更正: what was told wrongly is put right, by a draft to the same people that goes the way of every draft."""

from handlers.chat import Chat
from handlers.dialogue import Dialogue, Go
from handlers.flow import flow
from handlers.prompts import Text, YesNo
from handlers.staff.asking import notice_names, which_notice
from handlers.staff.drafts import handle
from models.messaging import stopping
from models.messaging.broadcasts import WRITERS
from models.messaging.overview import correctable, stoppable
from models.messaging.planning.planner import correction


@flow("更正", "发更正", duty=tuple(WRITERS), names=notice_names)
def correct_notice(chat: Chat) -> Dialogue:
    """Which notice was wrong, what is right, and whether the wrong one still goes on; then the draft."""
    wrong = yield from which_notice(
        "announce.which_correct", correctable(chat.session, chat.me), empty="announce.none_sent"
    )
    words = yield from Text("announce.correct_words", at_most=200, title=wrong.title)
    ended = False
    if any(each.id == wrong.id for each in stoppable(chat.session, chat.me)):
        question = YesNo("announce.correct_stop", yes="announce.end_it", no="announce.let_it", title=wrong.title)
        ended = yield from question
    draft = correction(chat.session, chat.me, wrong, words.text, dedupe_key=f"chat:{chat.cause}")
    if ended:  # else families would be phoned about what the correction takes back
        stopping.stop(chat.session, wrong, chat.me)
    return Go("see_draft", handle(draft))

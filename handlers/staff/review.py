"""复核: what a duty officer sent without a second person, looked at afterwards by one."""

from handlers.chat import Chat
from handlers.dialogue import Dialogue, Kept, Told
from handlers.flow import flow
from handlers.prompts import Pick, Text
from handlers.staff.asking import notice_names, which_notice
from models.base.dates import moment_in_words
from models.messaging import emergency
from models.messaging.broadcasts import Broadcast
from models.messaging.emergency import Verdict
from models.messaging.progress import progress
from models.roster.people import Duty, Person


@flow("复核", "事后复核", duty=Duty.APPROVER, menu="review.menu", names=notice_names)
def review_emergency(chat: Chat) -> Dialogue:
    """One emergency: who sent it, when and why, how it ended, and whether that was right."""
    waiting = emergency.to_review(chat.session, chat.me)
    if not waiting and (own := emergency.own_unreviewed(chat.session, chat.me)):
        return _by_another(chat, own[0])
    broadcast = yield from which_notice("review.which", waiting, empty="review.none")
    now = progress(chat.session, broadcast)
    verdict = yield from Pick(
        "review.ask",
        Verdict,
        title=broadcast.title,
        words=lambda one: ("该发",) if one is Verdict.RIGHT else ("不该发",),
        when=moment_in_words(broadcast.approved_at or broadcast.created_at),
        who=chat.session.get_one(Person, broadcast.approved_by).name,
        reason=broadcast.emergency_reason,
        home=broadcast.text_home,
        planned=f"{now.planned:,}",
        acknowledged=f"{now.acknowledged:,}",
    )
    note = ""
    if verdict is Verdict.WRONG:
        why = yield from Text("review.what_was_wrong", at_most=200)
        note = why.text
    emergency.review(chat.session, broadcast, chat.me, verdict, note)
    return Kept("review.kept", {"title": broadcast.title})


def _by_another(chat: Chat, broadcast: Broadcast) -> Told:
    """Whoever sent it does not review it: who can is said, or that there is nobody yet."""
    others = emergency.reviewers(chat.session, broadcast)
    if not others:
        return Told("review.no_second", {"title": broadcast.title})
    return Told("review.by_another", {"title": broadcast.title, "who": "、".join(each.name for each in others)})

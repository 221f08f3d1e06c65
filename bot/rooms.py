"""Where each callback goes on to: into the dialogue, into the books of who follows us, or among the receipts."""

from collections.abc import Sequence

from bot.wechat.inbound import Event
from bot.wechat.receive import Rooms
from handlers.house import house_router
from handlers.said import Said
from models.base.store import Session
from models.messaging import mass
from models.messaging.allowances import allowed, took_back
from models.messaging.mass import Finish
from models.messaging.outbox import Channel
from models.messaging.receipts import Report, record_many
from models.messaging.words import post_words
from models.roster.accounts import heard, left
from scheduler.moving import foresee_in_words

POPUP, ACCEPT, REJECT = "subscribe_msg_popup_event", "accept", "reject"
MASS_FINISH = "MASSSENDJOBFINISH"


def rooms(bureau: str, pages: str = "") -> Rooms:
    """The rooms of this house; `bureau` is the name that texts sign with, `pages` the address that pages begin with."""
    router = house_router(bureau, pages, foresee_in_words)

    def answer(session: Session, openid: str, said: Said, cause: int) -> str | None:
        if said.event == "unsubscribe":
            left(session, openid)
            return None
        heard(session, openid, spoke=said.kind != "event")
        return router.answer(session, openid, said, cause)

    def push(session: Session, openid: str, words: str, cause: int, part: int) -> object:
        return post_words(session, openid, words, cause=cause, part=part)

    def consent(session: Session, event: Event) -> None:
        for item in event.items:
            if event.kind == POPUP and item.status == ACCEPT:
                allowed(session, event.openid, item.template_id)
            elif event.kind != POPUP and item.status == REJECT:
                took_back(session, event.openid, item.template_id)

    def receipts(session: Session, events: Sequence[Event]) -> None:
        reports: list[Report] = []
        for event in events:
            if event.kind == MASS_FINISH:
                finish = Finish(event.msg_id, event.status, event.total, event.filtered, event.sent, event.errors)
                mass.keep(session, finish)
            elif event.items:
                reports += [Report(event.openid, item.msg_id, item.status, Channel.SUBSCRIBE) for item in event.items]
            else:
                reports.append(Report(event.openid, event.msg_id, event.status))
        record_many(session, reports)

    return Rooms(answer=answer, alarm=router.alarm, push=push, consent=consent, receipts=receipts)

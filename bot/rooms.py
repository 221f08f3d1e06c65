"""Where each callback goes on to: into the dialogue, into the books of who follows us, or among the receipts."""

from bot.delivery.intake import Intake
from bot.wechat.inbound import Event
from bot.wechat.receive import Rooms
from handlers.house import house_router
from handlers.said import Said
from models.base.store import Session, Store
from models.messaging.receipts import Report
from models.messaging.words import post_words
from models.roster.accounts import heard, left


def rooms(store: Store, bureau: str) -> Rooms:
    """The rooms of this house; `bureau` is the name that texts sign with."""
    router, intake = house_router(bureau), Intake(store)

    def answer(session: Session, openid: str, said: Said, cause: int) -> str | None:
        if said.event == "unsubscribe":
            left(session, openid)
            return None
        heard(session, openid, spoke=said.kind != "event")
        return router.answer(session, openid, said, cause)

    def push(session: Session, openid: str, words: str, cause: int) -> object:
        return post_words(session, openid, words, cause=cause)

    def consent(session: Session, event: Event) -> None:
        """Nothing asks for subscription messages yet, so a popup's result changes nothing."""

    def receipt(event: Event) -> None:
        if event.items:
            intake.keep([Report(event.openid, item.msg_id, item.status) for item in event.items])
        else:
            intake.keep([Report(event.openid, event.msg_id, event.status)])

    return Rooms(answer=answer, push=push, consent=consent, receipt=receipt)

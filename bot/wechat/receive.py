"""One message in, one transaction: inbox row, fact, answer and outbox row commit together or not at all.

Where our own code fails, everything is rolled back and the person is told, in the reply or, past the deadline, by a
push, that nothing was kept: an error page would bring only the platform's own notice that the account is out of
service, and its retries would meet the same bug. Words of danger reach whoever is responsible all the same, by
themselves. A database that stumbles (a lost connection, a serialisation failure) is tried three times first.

What is too long for one message goes in more of them: the first answers, the others follow.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.exc import DBAPIError

from bot.wechat import reply
from bot.wechat.answering import Race
from bot.wechat.bad_callback import NotKept
from bot.wechat.inbound import Event, Message
from bot.wechat.trouble import whereabouts
from handlers.danger import danger_words
from handlers.said import Kind, Said
from models.base.ids import new_id
from models.base.store import Session, Store
from models.base.texts import say
from models.messaging import inbox
from models.messaging.inbox import Route

log = logging.getLogger(__name__)

TRIES = 3
_ANSWERABLE = {"subscribe", "SCAN", "CLICK"}
_KINDS: dict[str, Kind] = {
    "text": "text",
    "image": "image",
    "voice": "voice",
    "video": "video",
    "shortvideo": "video",
    "location": "location",
}


@dataclass(frozen=True)
class Rooms:
    """Where what came in goes on to, wired in one place.

    `answer(session, openid, said, cause)` gives the words, '' or None for none; `alarm(session, openid, words, cause)`
    does nothing but call for help, and says so; `push(session, openid, words, cause, part)` writes them as a Delivery,
    once per cause and part; `consent(session, event)` keeps a popup's result, `receipts(session, events)`
    those of a group.
    """

    answer: Callable[[Session, str, Said, int], str | None]
    alarm: Callable[[Session, str, str, int], str]
    push: Callable[[Session, str, str, int, int], object]
    consent: Callable[[Session, Event], object]
    receipts: Callable[[Session, Sequence[Event]], object]


def receive(
    store: Store, rooms: Rooms, inbound: Message | Event, race: Race, *, before: Exception | None = None
) -> str | None:
    """The words for the reply, None for an empty one. A failure of ours is logged and answered; for a consent, which
    the platform can bring again, it raises NotKept. `before`: how a first try failed."""
    failed, left = before, TRIES if before is None else TRIES - 1
    while failed is None or (left and isinstance(failed, DBAPIError)):
        left -= 1
        try:
            with store.write() as session:
                return once(rooms, inbound, race, session)
        except Exception as error:
            failed = error
    return _nothing_kept(store, rooms, inbound, race, failed)


def once(rooms: Rooms, inbound: Message | Event, race: Race, session: Session) -> str | None:
    """One try, within one transaction: the words for the reply, if it commits."""
    row, is_new = inbox.admit(session, inbound.key, inbound.openid, inbound.kind)
    if not is_new:
        return _again(session, rooms, row, race)
    if isinstance(inbound, Event) and inbound.is_consent:
        rooms.consent(session, inbound)
        words = []
    else:
        words = reply.parts(rooms.answer(session, inbound.openid, said(inbound), row.id) or "")
    if not words:
        inbox.settle(session, row, "", Route.SILENT)
        return None
    return _leave(session, rooms, row, words, race)


def _again(session: Session, rooms: Rooms, row: inbox.Admitted, race: Race) -> str | None:
    """A redelivery gets the first answer. If even this try is late, the words go as a push: the platform sends again
    only when it had no answer, and would take our empty one for the last word."""
    return _leave(session, rooms, row, [row.answer], race) if row.answer else None


def _leave(session: Session, rooms: Rooms, row: inbox.Admitted, parts: Sequence[str], race: Race) -> str | None:
    """The first part answers, if it is not late; what follows it is pushed."""
    words, in_time = parts[0], race.claim(Route.REPLY)
    for number, part in enumerate(parts):
        if number or not in_time:
            rooms.push(session, row.openid, part, row.id, number)
    if not in_time or row.route is None:
        inbox.settle(session, row, words, Route.REPLY if in_time else Route.PUSH)
    return words if in_time else None


def _nothing_kept(store: Store, rooms: Rooms, inbound: Message | Event, race: Race, error: Exception) -> str | None:
    trouble = new_id()
    log.error("callback %s was not kept (%s): %s", trouble, inbound.kind, whereabouts(error))
    if isinstance(inbound, Event) and inbound.is_consent:
        raise NotKept from error
    if isinstance(inbound, Event) and inbound.kind not in _ANSWERABLE:
        return None
    words = say("edge.not_kept")
    if danger_words(said(inbound).words):
        try:
            return _called_for(store, rooms, inbound, race)
        except Exception as second:
            log.error("callback %s: nor could anybody be called: %s", trouble, whereabouts(second))
            words = say("edge.danger_not_kept")
    if race.claim(Route.REPLY):
        return words
    try:
        with store.write() as session:
            rooms.push(session, inbound.openid, words, trouble, 0)
    except Exception as second:
        log.error("callback %s: nor could that be said: %s", trouble, whereabouts(second))
    return None


def _called_for(store: Store, rooms: Rooms, inbound: Message | Event, race: Race) -> str | None:
    """Whoever is responsible is called, whatever failed before; what was to be written down is asked for again."""
    with store.write() as session:
        row, is_new = inbox.admit(session, inbound.key, inbound.openid, inbound.kind)
        if not is_new:
            return _again(session, rooms, row, race)
        called = rooms.alarm(session, inbound.openid, said(inbound).words, row.id)
        return _leave(session, rooms, row, [f"{called}\n{say('edge.not_kept')}"], race)


def said(inbound: Message | Event) -> Said:
    """What the dialogue hears of a message or event."""
    if isinstance(inbound, Event):
        return Said(kind="event", event=inbound.kind, event_key=inbound.event_key, ticket=inbound.ticket)
    return Said(
        # A kind that the platform may add is heard like a link: something sent, nothing in it that we take.
        kind=_KINDS.get(inbound.kind, "link"),
        text=inbound.text,
        media_id=inbound.media_id,
        media_format=inbound.format,
        recognition=inbound.recognition,
        latitude=inbound.latitude,
        longitude=inbound.longitude,
        label=inbound.label,
    )

"""A draft: a notice in somebody's name for an audience they may write to; and the writer gets it first."""

from datetime import datetime, timedelta

from sqlmodel import select

from models.base.errors import Refused
from models.base.ids import new_id
from models.base.store import Session
from models.base.texts import say
from models.base.turns import take_turn
from models.messaging.audiences import Audience, from_json
from models.messaging.broadcasts import WRITERS, Broadcast, Urgency, may_act
from models.messaging.outbox import Channel, Delivery, Lane, post
from models.messaging.planning.counted import plan
from models.messaging.wording import cards
from models.messaging.wording.notices import Notice
from models.messaging.wording.voices import by_age_of, written
from models.roster.accounts import accounts_of
from models.roster.people import Person
from models.roster.scope import duty_scope
from models.roster.units import Unit

_TEXT_CHARS = 600


def own_words(title: str, text: str, text_away: str = "", urgency: Urgency = Urgency.IMPORTANT) -> Notice:
    """A notice written by hand. Raises Refused `broadcast.no_words`, `broadcast.too_long`."""
    title, text, text_away = title.strip(), text.strip(), text_away.strip()
    if not title or not text:
        raise Refused("broadcast.no_words")
    if len(title) > cards.CARD_CHARS or max(len(text), len(text_away)) > _TEXT_CHARS:
        raise Refused("broadcast.too_long", title=cards.CARD_CHARS, text=_TEXT_CHARS)
    return Notice(
        id="own",
        title=title,
        urgency=urgency,
        useful_for=timedelta(days=3),
        quiet="through" if urgency == Urgency.URGENT else "wait",
        card={"thing1": title, "thing2": _first(title, text)},
        card_away={"thing2": _first(title, text_away or text)},
        home=text,
        away=text_away or text,
        page="",
    )


def draft(
    session: Session,
    by: Person,
    notice: Notice,
    audience: Audience,
    *,
    dedupe_key: str,
    until: datetime | None = None,
) -> Broadcast:
    """A draft in the writer's name, planned at once; the same key again returns the first. Of no use after `until`.

    Raises Refused `broadcast.not_allowed` where the writer has no duty to write to the whole unit.
    """
    take_turn(session, "broadcast", dedupe_key)
    known = session.exec(select(Broadcast).where(Broadcast.dedupe_key == dedupe_key)).first()
    if known is not None:
        return known
    if not duty_scope(session, by, WRITERS).covers_unit(session.get_one(Unit, audience.unit_id)):
        raise Refused("broadcast.not_allowed")
    broadcast = keep_draft(session, notice, audience, dedupe_key, written_by=by.id)
    if until is not None:
        broadcast.until, broadcast.expires_at = until, min(broadcast.expires_at, until)
    plan(session, broadcast)
    return broadcast


def correction(session: Session, by: Person, wrong: Broadcast, text: str, *, dedupe_key: str) -> Broadcast:
    """A draft (更正) to the same audience, as urgent as what was wrong; it takes the same way as any draft.

    Raises Refused as `own_words` and `draft` do.
    """
    title = cards.fitted(say("broadcast.correction", title=wrong.title))
    notice = own_words(title, text, urgency=wrong.urgency)
    return draft(session, by, notice, from_json(wrong.audience), dedupe_key=dedupe_key)


def send_to_self(session: Session, broadcast: Broadcast, by: Person) -> list[Delivery]:
    """Sends every voice that is meant to the person who asks, as guardians would get them.

    Raises Refused `broadcast.bind_first`.
    """
    may_act(session, broadcast, by)
    account = next((one for one in accounts_of(session, by.id) if one.following), None)
    if account is None:
        raise Refused("broadcast.bind_first")
    rows = []
    meant = from_json(broadcast.audience).voices
    for voice in (*meant, *(each for each in by_age_of(broadcast.by_age) if each.startswith(meant))):
        card = broadcast.card_in(voice) | {"thing2": say("broadcast.trial", voice=voice)}
        words = {"title": broadcast.title, "card": card, "text": broadcast.text_in(voice), "page": broadcast.page}
        row = post(
            session,
            key=f"trial:{broadcast.id}:{new_id()}",
            person_id=by.id,
            openid=account.openid,
            kind="notice",
            words=words,
            channel=Channel.TEMPLATE,
            lane=Lane.ANSWER,
            voice=voice,
        )
        rows += [row] if row else []
    return rows


def keep_draft(
    session: Session, notice: Notice, audience: Audience, dedupe_key: str, *, written_by: int | None
) -> Broadcast:
    """A draft row with the notice's words frozen in it."""
    broadcast = Broadcast(
        dedupe_key=dedupe_key,
        notice_id=notice.id,
        title=notice.title,
        urgency=notice.urgency,
        quiet=notice.quiet,
        card=cards.written(*notice.cards),
        text_home=notice.home,
        text_away=notice.away,
        page=notice.page,
        by_age=written(notice.by_age),
        audience=audience.as_json(),
        unit_id=audience.unit_id,
        written_by=written_by,
        created_at=session.now,
        not_before=session.now,
        expires_at=session.now + notice.useful_for,
    )
    session.add(broadcast)
    session.flush()
    return broadcast


def _first(title: str, text: str) -> str:
    """The line of the card below the title: the first of the text that says more."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return cards.fitted(next((line for line in lines if not cards.repeats(line, title)), title))

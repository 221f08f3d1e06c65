"""A draft: who would get it and who not, in which words, how long it takes; and the writer gets it first."""

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta
from math import ceil

import sqlalchemy as sa
from sqlmodel import select

from models.base.errors import Refused
from models.base.ids import new_id
from models.base.store import Session
from models.messaging import audiences
from models.messaging.audiences import Audience
from models.messaging.broadcasts import WRITERS, Broadcast, Urgency, may_act, scope_of
from models.messaging.notices import Notice
from models.messaging.outbox import Channel, Delivery, Lane, post
from models.roster.accounts import accounts_of
from models.roster.people import Person
from models.roster.scope import duty_scope
from models.roster.units import Unit

USUAL_PER_MINUTE = 6000
"""What the platform took without complaint in our trials; the true pace is the platform's."""

_CARD_CHARS = 20
_TEXT_CHARS = 600


@dataclass(frozen=True)
class Preview:
    """What would happen. `count` is everyone meant; `channels` and `unreachable` (by reason) add up to it."""

    count: int
    channels: dict[Channel, int]
    unreachable: dict[str, int]
    text_home: str
    text_away: str
    minutes: int
    digest: str

    @property
    def reachable(self) -> int:
        """How many a message would be sent to."""
        return sum(self.channels.values())


def own_words(title: str, text: str, text_away: str = "", urgency: Urgency = Urgency.IMPORTANT) -> Notice:
    """A notice written by hand. Raises Refused `broadcast.no_words`, `broadcast.too_long`."""
    title, text, text_away = title.strip(), text.strip(), text_away.strip()
    if not title or not text:
        raise Refused("broadcast.no_words")
    if len(title) > _CARD_CHARS or max(len(text), len(text_away)) > _TEXT_CHARS:
        raise Refused("broadcast.too_long", title=_CARD_CHARS, text=_TEXT_CHARS)
    return Notice(
        id="own",
        title=title,
        urgency=urgency,
        useful_for=timedelta(days=3),
        quiet="through" if urgency == Urgency.URGENT else "wait",
        card={"thing1": title, "thing2": text.splitlines()[0][:_CARD_CHARS]},
        home=text,
        away=text_away or text,
        page="",
    )


def draft(session: Session, by: Person, notice: Notice, audience: Audience, *, dedupe_key: str) -> Broadcast:
    """A draft in the writer's name; the same key again returns the first.

    Raises Refused `broadcast.not_allowed` where the writer has no duty to write to the whole unit.
    """
    known = session.exec(select(Broadcast).where(Broadcast.dedupe_key == dedupe_key)).first()
    if known is not None:
        return known
    if not duty_scope(session, by, WRITERS).covers_unit(session.get_one(Unit, audience.unit_id)):
        raise Refused("broadcast.not_allowed")
    return keep_draft(session, notice, audience, dedupe_key, written_by=by.id)


def preview(session: Session, broadcast: Broadcast, per_minute: int = USUAL_PER_MINUTE) -> Preview:
    """Counts by channel and reason, both texts, and the minutes it takes at so many messages a minute."""
    audience = audiences.from_json(broadcast.audience)
    found = audiences.people(session, scope_of(session, broadcast), audience).subquery()
    rows = audiences.recipients(found).subquery()
    query = sa.select(rows.c.reason, rows.c.channel, sa.func.count()).group_by(rows.c.reason, rows.c.channel)
    channels: dict[Channel, int] = {}
    unreachable: dict[str, int] = {}
    for reason, channel, count in session.connection().execute(query):
        if reason:
            unreachable[reason] = unreachable.get(reason, 0) + count
        else:
            channels[channel] = count
    reachable = sum(channels.values())
    return Preview(
        count=reachable + sum(unreachable.values()),
        channels=channels,
        unreachable=unreachable,
        text_home=broadcast.text_home,
        text_away=broadcast.text_away,
        minutes=ceil(reachable / per_minute),
        digest=digest_of(broadcast),
    )


def digest_of(broadcast: Broadcast) -> str:
    """Changes with any word, the urgency, or whom it is for."""
    facts = (
        broadcast.title,
        broadcast.urgency,
        broadcast.card,
        broadcast.text_home,
        broadcast.text_away,
        broadcast.page,
        broadcast.audience,
    )
    return hashlib.sha256(json.dumps(facts, ensure_ascii=False).encode()).hexdigest()[:16]


def send_to_self(session: Session, broadcast: Broadcast, by: Person) -> list[Delivery]:
    """Sends both voices to the person who asks, as guardians would get them. Raises Refused `broadcast.bind_first`."""
    may_act(session, broadcast, by)
    account = next((one for one in accounts_of(session, by.id) if one.following), None)
    if account is None:
        raise Refused("broadcast.bind_first")
    rows = []
    for voice, text in (("在家", broadcast.text_home), ("在外", broadcast.text_away)):
        words = {"title": broadcast.title, "card": json.loads(broadcast.card), "text": text, "page": broadcast.page}
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
        card=json.dumps(notice.card, ensure_ascii=False),
        text_home=notice.home,
        text_away=notice.away,
        page=notice.page,
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

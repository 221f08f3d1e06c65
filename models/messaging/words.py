"""Tells a person something outside the answer of the moment: by the account they have and the channel that is open."""

from datetime import datetime, timedelta

from sqlmodel import select

from models.base.store import Session
from models.messaging.closed_days import closed_days
from models.messaging.outbox import Channel, Delivery, Lane, post
from models.messaging.outlets import usable
from models.messaging.wording.cards import fitted, repeats
from models.roster.accounts import Account, accounts_of
from models.roster.people import Person

SPOKEN_WINDOW = timedelta(hours=47, minutes=55)
"""After a person wrote, the platform takes customer-service messages for 48 hours, less some minutes for the way."""
TAPPED_WINDOW = timedelta(seconds=45)
"""After a tap, a follow or a scan it takes them for one minute."""


def tell(
    session: Session,
    person: Person,
    text: str,
    *,
    key: str,
    lane: Lane = Lane.ANSWER,
    title: str = "",
    voice: str = "在家",
) -> Delivery:
    """One message to a person: words in the chat where their window is open, else a card whose page has them.

    `key` is unique: told twice, it is the first row that comes back. Who is not bound, does not follow, or has a closed
    window at an account that may send no cards (订阅号), is a row UNREACHABLE. Raises nothing.
    """
    account = next(iter(accounts_of(session, person.id)), None)
    channel = channel_now(session, account)
    reason = "unbound" if account is None else "" if account.following else "not_following"
    reason = reason or why_not(session, channel)
    told = post(
        session,
        key=key,
        person_id=person.id,
        openid=account.openid if account is not None and not reason else None,
        kind="task",
        words=words_of(text, title),
        channel=channel,
        lane=lane,
        voice=voice,
        reason=reason,
    )
    return told or session.exec(select(Delivery).where(Delivery.key == key)).one()


def post_words(session: Session, openid: str, text: str, *, cause: int, part: int = 0) -> Delivery:
    """The late answer to an account, bound or not, or what follows an answer; once for each cause (the inbox row it
    answers) and part."""
    account = session.get(Account, openid)
    key = f"words:{cause}:{part}" if part else f"words:{cause}"
    told = post(
        session,
        key=key,
        person_id=account.person_id if account else None,
        openid=openid,
        kind="task",
        words=words_of(text, ""),
        channel=Channel.CUSTOM,
        lane=Lane.ANSWER,
    )
    return told or session.exec(select(Delivery).where(Delivery.key == key)).one()


def channel_now(session: Session, account: Account | None) -> Channel:
    """The customer-service message while the account's window is open, else the template message; that as well where
    the platform closed the one for the day and not the other."""
    if account is None or not _may_chat(account, session.now):
        return Channel.TEMPLATE
    closed = closed_days(session)
    by_card = Channel.CUSTOM in closed and Channel.TEMPLATE not in closed and usable(session, Channel.TEMPLATE)
    return Channel.TEMPLATE if by_card else Channel.CUSTOM


def _may_chat(account: Account, now: datetime) -> bool:
    spoke = account.spoke_at is not None and now - account.spoke_at < SPOKEN_WINDOW
    tapped = account.tapped_at is not None and now - account.tapped_at < TAPPED_WINDOW
    return spoke or tapped


def reads_now(session: Session, person: Person) -> bool:
    """Whether what is told to a person now goes out now: there is a way, and it is not closed for the day."""
    account = next(iter(accounts_of(session, person.id)), None)
    channel = channel_now(session, account)
    follows = account is not None and account.following
    return follows and not why_not(session, channel) and channel not in closed_days(session)


def why_not(session: Session, channel: Channel) -> str:
    """Why nothing of our own can go this way (`no_channel`), '' where it can."""
    return "no_channel" if channel == Channel.TEMPLATE and not usable(session, channel) else ""


def words_of(text: str, title: str) -> dict[str, object]:
    """The words of a row: the text for the chat and the page, and the two lines of its card."""
    lines = [line.strip() for line in text.splitlines() if line.strip()] or [""]
    title = title or lines[0]
    rest = next((line for line in lines if not repeats(line, title)), title)
    rest = rest.rstrip("：")  # a card ends here: nothing follows
    return {"text": text, "title": title, "card": {"thing1": fitted(title), "thing2": fitted(rest)}}

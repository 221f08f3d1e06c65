"""Since when the platform gives us no access token, and why: a row while it lasts, for whoever looks at progress.

Without a token nothing is leased and no batch is refused, so no other row would say that nothing goes out.
"""

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.base.columns import Moment
from models.base.store import Session
from models.base.turns import take_turn

_THE_ACCOUNT = "token"


class Outage(SQLModel, table=True):
    """The one there is, of the one account. `why`: a line to read, '' where the platform does not answer at all."""

    name: str = Field(default=_THE_ACCOUNT, primary_key=True, max_length=20)
    why: str = ""
    since: datetime = Moment()


def note(session: Session, why: str) -> None:
    """No token was to be had just now; the first time counts, and the latest reason."""
    take_turn(session, "outage")
    known = outage(session)
    if known is None:
        session.add(Outage(why=why, since=session.now))
    else:
        known.why = why
        session.add(known)
    session.flush()


def over(session: Session) -> None:
    """There is a token again."""
    take_turn(session, "outage")
    known = outage(session)
    if known is not None:
        session.delete(known)
        session.flush()


def outage(session: Session) -> Outage | None:
    """What keeps everything in at this time."""
    return session.get(Outage, _THE_ACCOUNT)

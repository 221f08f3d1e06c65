"""Wrong codes and digits are counted: who guesses waits, and when many guess at once binding stops for all."""

from datetime import datetime, timedelta

from sqlmodel import Field, col, delete, func, select

from models.base import audit
from models.base.columns import Moment, Record
from models.base.store import Session
from models.base.turns import take_turn

PER_ACCOUNT, ACCOUNT_WINDOW = 5, timedelta(hours=1)
IN_ALL, ALL_WINDOW = 100, timedelta(minutes=10)
_KEPT = timedelta(days=1)


class WrongGuess(Record, table=True):
    """One wrong code or wrong digits."""

    openid: str = Field(index=True, max_length=64)
    at: datetime = Moment(index=True)


def barred(session: Session, openid: str) -> str | None:
    """The text key that says why this account may not try now, or None."""
    if _since(session, ALL_WINDOW) >= IN_ALL:
        return "bind.paused"
    if _since(session, ACCOUNT_WINDOW, openid) >= PER_ACCOUNT:
        return "bind.wait"
    return None


def note_wrong(session: Session, openid: str) -> None:
    """Counts one wrong guess; the one that pauses binding for all leaves an audit row."""
    take_turn(session, "wrong_guess")  # counted one by one, so that the hundredth is seen, once
    session.exec(delete(WrongGuess).where(col(WrongGuess.at) < session.now - _KEPT))
    guess = WrongGuess(openid=openid, at=session.now)
    session.add(guess)
    session.flush()
    if _since(session, ALL_WINDOW) == IN_ALL:
        audit.record(session, "pause_binding", by=None, subject="wrong_guess", subject_id=guess.id)


def _since(session: Session, window: timedelta, openid: str | None = None) -> int:
    query = select(func.count()).select_from(WrongGuess).where(col(WrongGuess.at) > session.now - window)
    return session.exec(query if openid is None else query.where(WrongGuess.openid == openid)).one()

"""A channel that the platform closed for the day (its quota is spent), as a row: for whoever plans, looks on or asks.

What is known of a day comes from several sides, each at its own time: the later of a refusal and an opening counts. So
nobody's word has to be the last one, and a row that a killed process left says no more than what was so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import CursorResult, or_, update
from sqlmodel import Field, SQLModel, col, select

from models.base.columns import Moment
from models.base.store import Session
from models.base.turns import take_turn
from models.messaging.outbox.rows import Channel

TRY_EVERY = timedelta(minutes=1)
"""So often something urgent tries whether a closed day has opened: one message, of all machines together. What is
closed for no longer (a quota of the minute) just ends."""
LOOK_AGAIN = timedelta(minutes=10)
"""A closed day is open again where the platform says that something is left, so long after the last refusal: what it
says may be older than a fresh one."""
TICK = timedelta(microseconds=1)
"""What came after something else is later than it, whatever the clock of another machine says."""


@dataclass(frozen=True)
class Day:
    """A channel that was refused: since when, until when it is closed at the latest, and when last; when something
    urgent last tried it, when it was found open again, and what the platform said ('' where that is not known)."""

    since: datetime
    until: datetime
    refused_at: datetime
    tried_at: datetime | None = None
    opened_at: datetime | None = None
    why: str = ""

    @property
    def is_opened(self) -> bool:
        """Whether it was found open after it was refused."""
        return self.opened_at is not None and self.opened_at > self.refused_at

    @property
    def is_long(self) -> bool:
        """Whether it is worth a try, and a row."""
        return self.until - self.since > TRY_EVERY

    def next_try(self, now: datetime) -> datetime:
        """From when something urgent may try it again."""
        return now if self.tried_at is None else _after(self.tried_at, TRY_EVERY, now)

    def next_look(self, now: datetime) -> datetime:
        """From when the platform is believed that something is left."""
        return min(self.until, _after(self.refused_at, LOOK_AGAIN, now))

    def is_closed(self, now: datetime) -> bool:
        """Whether it counts: a new day is open."""
        return not self.is_opened and now < self.until


class ClosedDay(SQLModel, table=True):
    """The `Day` of one channel; one that is over stays until the next refusal."""

    __tablename__ = "closed_day"

    channel: Channel = Field(primary_key=True)
    since: datetime = Moment()
    until: datetime = Moment()
    refused_at: datetime = Moment()
    tried_at: datetime | None = Moment(default=None)
    opened_at: datetime | None = Moment(default=None)
    why: str = ""

    @property
    def day(self) -> Day:
        """What it says."""
        return Day(self.since, self.until, self.refused_at, self.tried_at, self.opened_at, self.why)


def merged(one: Day | None, other: Day | None, now: datetime) -> Day | None:
    """What both say together, in whichever order they are heard, and however often. A try that lies ahead of `now` was
    noted by a clock that was wrong, and counts for nothing."""
    one, other = (_tried_by(each, now) for each in (one, other))
    if one is None or other is None:
        return one or other
    older, newer = sorted((one, other), key=lambda day: day.refused_at)
    opened_at = _later(older.opened_at, newer.opened_at)
    tried_at = _later(older.tried_at, newer.tried_at)
    newer = replace(newer, opened_at=opened_at, tried_at=tried_at)
    ended = opened_at is not None and opened_at > older.refused_at
    if (ended and not newer.is_opened) or older.until <= newer.refused_at:
        return newer
    return replace(
        newer, since=min(older.since, newer.since), until=max(older.until, newer.until), why=newer.why or older.why
    )


def known_days(session: Session) -> dict[Channel, Day]:
    """All that was ever said, also what does not count any more."""
    return {row.channel: row.day for row in session.exec(select(ClosedDay))}


def closed_days(session: Session) -> Mapping[Channel, Day]:
    """The channels that are closed now."""
    return {channel: day for channel, day in known_days(session).items() if day.is_closed(session.now)}


def refused_since(session: Session, since: datetime) -> list[Channel]:
    """The channels that are closed now and were refused, or tried in vain, at that moment or later."""
    closed = closed_days(session).items()
    return [channel for channel, day in closed if max(day.refused_at, day.tried_at or day.refused_at) >= since]


def note(session: Session, channel: Channel, heard: Day) -> None:
    """Keeps what was heard beside what is known."""
    take_turn(session, "closed_day", channel)
    row = session.get(ClosedDay, channel, populate_existing=True)
    day = merged(row.day if row is not None else None, heard, session.now)
    session.merge(ClosedDay(channel=channel, **vars(day)))
    session.flush()


def claim_try(session: Session, channel: Channel) -> bool:
    """Whether a try is this transaction's: it is nobody else's then, on any machine, for a minute."""
    mine = update(ClosedDay).where(col(ClosedDay.channel) == channel, col(ClosedDay.until) > session.now)
    tried = col(ClosedDay.tried_at)
    mine = mine.where(or_(tried.is_(None), tried <= session.now - TRY_EVERY, tried > session.now + TRY_EVERY))
    done = session.connection().execute(mine.values(tried_at=session.now))
    return isinstance(done, CursorResult) and done.rowcount == 1


def leave_try(session: Session, channel: Channel) -> None:
    """There was nothing to try it with."""
    session.connection().execute(update(ClosedDay).where(col(ClosedDay.channel) == channel).values(tried_at=None))


def _after(moment: datetime, lasts: timedelta, now: datetime) -> datetime:
    """When it is `lasts` ago; now, where it lies further ahead than that: the clock was put back, and how long ago it
    was nobody can say."""
    return now if moment > now + lasts else moment + lasts


def _tried_by(day: Day | None, now: datetime) -> Day | None:
    ahead = day is not None and day.tried_at is not None and day.tried_at > now + TRY_EVERY
    return replace(day, tried_at=None) if day is not None and ahead else day


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max((each for each in (one, other) if each is not None), default=None)

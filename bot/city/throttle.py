"""One throttle for all machines: what the platform said to one of them counts for all, and permits are taken from one
account of the day. While Redis is away each process goes on with what it knew."""

from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from time import monotonic
from typing import Any

from redis.commands.core import Script

from bot.city.link import Away, Link
from bot.delivery.pace import Pace, Quota, burst
from bot.delivery.throttle import Throttle
from models.base.clock import Clock
from models.messaging.closed_days import Day
from models.messaging.outbox import Channel, Lane
from models.messaging.outbox.rows import BY_DAY
from models.messaging.outlets import URGENT_SHARE

LOOK_SECONDS = 0.25
"""How often a process looks whether another was refused."""

_KEPT_SECONDS = 2 * 24 * 3600

# One hash a channel: per_day, left, day; rests (milliseconds of Redis's clock) and pauses: after a refusal; busy: until
# when the rate is used up. In seconds of the clock of the settings: closed_for_day, until when a quota is spent, which
# was said at refused_at; opened_at, when a closed day was found open again.
_STATE = """
local function standing(granted)
  local f = redis.call('HMGET', KEYS[1], 'per_day', 'left', 'day', 'rests', 'busy', 'closed_for_day', 'pauses',
    'refused_at', 'opened_at')
  local function left_of(at) return math.max(0, math.floor((tonumber(at) or 0) - now)) end
  return {granted, f[1] or '', f[2] or '', f[3] or '', left_of(f[4]), left_of(f[5]), f[6] or '', tonumber(f[7]) or 0,
    f[8] or '', f[9] or ''}
end
"""
_NOW = """
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
"""
_TAKE = f"""
{_NOW}{_STATE}
local count, by_day, today = tonumber(ARGV[1]), ARGV[2] == '1', ARGV[3]
local share, per_minute, burst = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local f = redis.call('HMGET', KEYS[1], 'per_day', 'left', 'day', 'busy')
local per_day, left, busy, granted = tonumber(f[1]), tonumber(f[2]), tonumber(f[4]) or 0, count
if not per_day and ARGV[8] ~= '' then
  per_day, left = tonumber(ARGV[8]), tonumber(ARGV[9])
  redis.call('HSET', KEYS[1], 'per_day', per_day, 'left', left, 'day', today)
elseif per_day and f[3] ~= today then
  left = per_day
  redis.call('HSET', KEYS[1], 'left', left, 'day', today)
end
if by_day then
  if per_day then granted = math.max(0, math.min(granted, left - math.floor(per_day * share))) end
  if per_minute > 0 then granted = now >= busy and math.min(granted, burst) or 0 end
end
if per_day and granted > 0 then redis.call('HSET', KEYS[1], 'left', left - granted) end
if per_minute > 0 and granted > 0 then
  redis.call('HSET', KEYS[1], 'busy', math.max(busy, now) + granted * 60000 / per_minute)
end
redis.call('EXPIRE', KEYS[1], ARGV[7])
return standing(granted)
"""
_SAY = f"""
{_NOW}
local known = redis.call('HMGET', KEYS[1], 'rests', 'closed_for_day', 'refused_at', 'opened_at')
local function later(at, than) return (tonumber(at) or 0) > (tonumber(than) or 0) end
local rests, day, refused_at, opened_at = now + tonumber(ARGV[1]), ARGV[3], ARGV[4], ARGV[5]
if tonumber(ARGV[1]) > 0 and rests > (tonumber(known[1]) or 0) then
  redis.call('HSET', KEYS[1], 'rests', rests, 'pauses', ARGV[2])
end
if later(refused_at, known[4]) then
  if later(day, known[2]) then redis.call('HSET', KEYS[1], 'closed_for_day', day) end
  if later(refused_at, known[3]) then redis.call('HSET', KEYS[1], 'refused_at', refused_at) end
end
if later(opened_at, known[3]) and later(opened_at, known[4]) then
  redis.call('HSET', KEYS[1], 'opened_at', opened_at)
  redis.call('HDEL', KEYS[1], 'closed_for_day')
end
redis.call('EXPIRE', KEYS[1], ARGV[6])
"""


@dataclass(frozen=True)
class _Said:
    """What others shall hear: a rest after a refusal, a day that is closed, or that it is open again."""

    rest: float = 0.0
    closed_for_day: datetime | None = None
    refused_at: datetime | None = None
    opened_at: datetime | None = None


class SharedThrottle(Throttle):
    """The `Throttle` of a process that is one of several. Windows, and trouble on this machine's own line, stay its
    own; `look` says and hears what is new, a few times a second."""

    def __init__(self, clock: Clock, in_flight: int, per_minute: int = 0, *, link: Link) -> None:
        super().__init__(clock, in_flight, per_minute)
        self._link = link
        self._take_script = link.client.register_script(_TAKE)
        self._say_script = link.client.register_script(_SAY)
        self._unsaid: deque[tuple[Channel, _Said]] = deque()

    def set_quota(self, channel: Channel, per_day: int, left: int) -> None:
        """What the platform says, for everyone."""
        super().set_quota(channel, per_day, left)
        facts: list[str | int] = ["per_day", per_day, "left", left, "day", self._today().isoformat()]
        with suppress(Away):
            self._link.ask(lambda redis: redis.hset(self._key(channel), items=facts))

    def take(self, channel: Channel, lane: Lane, count: int) -> int:
        """Permits for a batch, from the common account: one question a batch."""
        try:
            return self._asked(channel, lane, count)
        except Away:
            return super().take(channel, lane, count)

    def put_back(self, channel: Channel, count: int) -> None:
        """So many were not handed over after all."""
        super().put_back(channel, count)
        with suppress(Away):
            self._link.ask(lambda redis: redis.hincrby(self._key(channel), "left", count))

    def refused(self, channel: Channel) -> None:
        """The platform is busy: everyone backs off as long as this process does."""
        seconds = self.back_off(channel)
        if seconds:
            self._unsaid.append((channel, _Said(rest=seconds)))

    def pause(self, channel: Channel, until: datetime, *, tried: bool = False, why: str = "") -> None:
        """A quota is spent, and it is everyone's."""
        super().pause(channel, until, tried=tried, why=why)
        self._unsaid.append((channel, _closed(self._paces[channel])))

    def _opened(self, channel: Channel) -> None:
        day = self._paces[channel].day
        self._unsaid.append((channel, _Said(opened_at=day.opened_at if day is not None else None)))

    def look(self) -> bool:
        """Says what is new here, hears what is new elsewhere. Always False: there is no hurry."""
        with suppress(Away):
            self._say()
            for channel in Channel:
                self._asked(channel, Lane.URGENT, 0)
        return False

    def _say(self) -> None:
        while self._unsaid:
            channel, said = self._unsaid[0]
            moments = [_stamp(each) for each in (said.closed_for_day, said.refused_at, said.opened_at)]
            facts = [int(said.rest * 1000), self._paces[channel].pauses, *moments, _KEPT_SECONDS]
            self._link.ask(partial(self._run, self._say_script, channel, facts))
            self._unsaid.popleft()

    def _asked(self, channel: Channel, lane: Lane, count: int) -> int:
        with self._lock:
            quota = self._quota(self._paces[channel])
        facts: list[Any] = [count, int(lane in BY_DAY), self._today().isoformat(), URGENT_SHARE]
        facts += [self._per_minute, burst(self._per_minute), _KEPT_SECONDS]
        facts += ["", ""] if quota is None else [quota.per_day, quota.left]  # what an emptied Redis has forgotten
        said = self._link.ask(partial(self._run, self._take_script, channel, facts))
        self._heard(channel, said)
        return int(said[0])

    def _heard(self, channel: Channel, said: list[Any]) -> None:
        _, per_day, left, day, rests, busy, closed_for_day, pauses, *heard = said
        with self._lock:
            pace = self._paces[channel]
            if per_day:
                pace.quota = Quota(int(per_day), int(left), date.fromisoformat(day.decode()))
            pace.busy_until = monotonic() + busy / 1000
            self._rest(pace, monotonic() + rests / 1000 if rests else 0.0, pauses)
            self._close(channel, pace, closed_for_day, *heard)

    @staticmethod
    def _rest(pace: Pace, until: float, pauses: int) -> None:
        if until > pace.closed_until + LOOK_SECONDS:
            pace.rest(until, max(pace.pauses, pauses))

    def _close(self, channel: Channel, pace: Pace, closed_for_day: bytes, refused_at: bytes, opened_at: bytes) -> None:
        """Takes over what another said; says again what an emptied Redis has forgotten."""
        if refused_at:
            refused = _moment(refused_at)
            opened = _moment(opened_at) if opened_at else None
            self.hear(channel, Day(refused, _moment(closed_for_day), refused, opened_at=opened))
        day = pace.day
        if day is not None and self._is_closed(pace) and _moment(closed_for_day) < day.until and not self._unsaid:
            self._unsaid.append((channel, _closed(pace)))

    def _run(self, script: Script, channel: Channel, facts: list[Any], _client: object) -> Any:
        return script(keys=[self._key(channel)], args=facts)

    def _key(self, channel: Channel) -> str:
        return self._link.name("pace", channel.value)


def _closed(pace: Pace) -> _Said:
    day = pace.day
    return _Said() if day is None else _Said(closed_for_day=day.until, refused_at=day.refused_at)


def _stamp(moment: datetime | None) -> str:
    return "" if moment is None else str(moment.timestamp())


def _moment(stamp: bytes) -> datetime:
    return datetime.fromtimestamp(float(stamp or 0), UTC)

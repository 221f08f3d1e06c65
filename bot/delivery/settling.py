"""What each answer of the platform means for its row, for the throttle, and for whoever must look."""

import logging
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from bot.delivery.holding import Holding
from bot.delivery.messages import Fate, Result
from bot.delivery.throttle import Throttle
from bot.wechat.errcodes import Next, explain, next_for
from models.base.clock import Clock, at_local, local_date
from models.messaging.dispatch.results import Results
from models.messaging.outbox import KEYED, Channel, Lane, State
from models.messaging.outbox.recipients import Row
from models.messaging.outbox.settling import Outcome

log = logging.getLogger(__name__)


@dataclass
class Gathered:
    """Results sorted. `wrong`: what is sent is wrong in itself; `trouble`: why the channel rests. Both in words.

    `refused`: the platform does not let us in at all, which most often somebody has to mend.
    """

    results: Results
    trouble: str = ""
    wrong: str = ""
    refused: bool = False


_STOP_ALL_SECONDS = 300.0
_MASS_IS_CLOSED = (Next.PAUSE_DAY, Next.OTHER_CHANNEL, Next.NEVER_THIS_PERSON, Next.UNKNOWN_ERROR)
_NOT_ALLOWED = 48001
_WHY_UNREACHABLE = {40003: "bad_openid", 43004: "not_following", 43019: "user_block", 50002: "account_limited"}


def gather(holding: Holding, throttle: Throttle, clock: Clock) -> Gathered:
    """Sorts what has come back of a batch, and tells the throttle of quotas and locks."""
    gathered = Gathered(Results(holding.lease.batch_id, holding.lease.fence))
    one_a_row = holding.lease.channel != Channel.MASS
    for result in holding.arrived:
        if one_a_row and result.fate == Fate.ANSWERED and result.errcode == 0:  # nearly all of them
            gathered.results.outcomes.append(Outcome(result.message.row_id, State.SENT, "", result.msgid))
            continue
        rows = holding.rows_of(result.message)
        if result.fate == Fate.ANSWERED:
            _answered(gathered, rows, result, throttle, clock)
        elif result.fate == Fate.UNANSWERED:
            holding.try_again = True
            if result.message.way.channel not in KEYED:
                gathered.results.outcomes += [Outcome(row.id, State.UNKNOWN, "no_answer") for row in rows]
        else:
            _none_sent(gathered.results, rows)
    holding.try_again = holding.try_again or bool(gathered.results.again)
    holding.trouble = gathered.trouble or holding.trouble
    holding.refused = holding.refused or gathered.refused
    return gathered


def not_sent(results: Results, row: Row) -> None:
    """Certainly nothing left in this lease; what an earlier one did stays known."""
    (results.untried if row.tried_before is None else results.again).append(row.id)


def _answered(gathered: Gathered, rows: list[Row], result: Result, throttle: Throttle, clock: Clock) -> None:
    results, channel = gathered.results, result.message.way.channel
    step = next_for(result.errcode)
    by_template = channel == Channel.MASS and (step in _MASS_IS_CLOSED or result.errcode == _NOT_ALLOWED)
    if step in (Next.PAUSE_DAY, Next.PAUSE_MINUTE) and not by_template:
        gathered.trouble = explain(result.errcode)
        way, until = result.message.way, _begins_anew(step, clock.now())
        # A try was noted when it was claimed: the next is a minute after that, however long this one was under way.
        tried = way.lane == Lane.URGENT and not way.as_try
        throttle.pause(channel, until, tried=tried, why=gathered.trouble)
    if step == Next.DONE:
        results.outcomes += [Outcome(row.id, State.SENT, msgid=result.msgid) for row in rows]
    elif step == Next.BACK_OFF:
        results.again += [row.id for row in rows]
    elif step == Next.REFRESH_TOKEN:
        gathered.trouble, gathered.refused = explain(result.errcode), True
        _none_sent(results, rows)
    elif by_template:
        _mass_refused(results, rows, result)
    elif step == Next.OTHER_CHANNEL and channel != Channel.TEMPLATE:
        results.elsewhere += [row.id for row in rows]
    elif step == Next.NEVER_THIS_PERSON:
        reason = _WHY_UNREACHABLE.get(result.errcode, f"errcode_{result.errcode}")
        results.outcomes += [Outcome(row.id, State.UNREACHABLE, reason) for row in rows]
    elif step in (Next.PAUSE_DAY, Next.PAUSE_MINUTE):
        _none_sent(results, rows)
    elif step == Next.STOP_BROADCAST:
        gathered.wrong = f"{explain(result.errcode)} {result.errmsg[:120]}"
        _none_sent(results, rows)
    elif step == Next.STOP_ALL:
        throttle.back_off(channel, at_least=_STOP_ALL_SECONDS)
        gathered.trouble, gathered.refused = explain(result.errcode), True
        log.error("sending stops for %s s: %s", int(_STOP_ALL_SECONDS), gathered.trouble)
        _none_sent(results, rows)
    else:
        results.outcomes += [Outcome(row.id, State.FAILED, f"errcode_{result.errcode}") for row in rows]


def _mass_refused(results: Results, rows: list[Row], result: Result) -> None:
    """A call that was refused as a whole says nothing of any one person: each goes by template, and now, for it is
    urgent; save where an earlier try may have reached them."""
    log.warning("a mass call goes by template: %s", explain(result.errcode))
    results.elsewhere += [row.id for row in rows if row.tried_before is None]
    results.outcomes += [Outcome(row.id, State.UNKNOWN, "interrupted") for row in rows if row.tried_before is not None]


def _none_sent(results: Results, rows: list[Row]) -> None:
    for row in rows:
        not_sent(results, row)


def _begins_anew(step: Next, now: datetime) -> datetime:
    """When the quota does: the next minute, or the next day of Asia/Shanghai."""
    if step == Next.PAUSE_MINUTE:
        return now.replace(second=0, microsecond=0) + timedelta(minutes=1)
    return at_local(local_date(now) + timedelta(days=1), time.min)

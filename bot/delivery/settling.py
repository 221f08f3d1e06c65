"""What each answer of the platform means for its row, for the throttle, and for whoever must look."""

import logging
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from bot.delivery.holding import Holding
from bot.delivery.sender import Fate, Result
from bot.delivery.throttle import Throttle
from bot.wechat.errcodes import Next, explain, next_for
from models.base.clock import Clock, at_local, local_date
from models.messaging.outbox import KEYED, Channel, State
from models.messaging.outbox.leasing import Row
from models.messaging.outbox.results import Results
from models.messaging.outbox.settling import Outcome

log = logging.getLogger(__name__)


@dataclass
class Gathered:
    """Results sorted. `wrong`: what is sent is wrong in itself; `trouble`: why the channel rests. Both in words."""

    results: Results
    trouble: str = ""
    wrong: str = ""


_STOP_ALL_SECONDS = 300.0
_WHY_UNREACHABLE = {40003: "bad_openid", 43004: "not_following", 43019: "user_block", 50002: "account_limited"}


def gather(holding: Holding, throttle: Throttle, clock: Clock) -> Gathered:
    """Sorts what has come back of a batch, and tells the throttle of quotas and locks."""
    gathered = Gathered(Results(holding.lease.batch_id, holding.lease.fence))
    for result in holding.arrived:
        row = holding.rows[result.message.row_id]
        if result.fate == Fate.ANSWERED:
            _answered(gathered, row, result, throttle, clock)
        elif result.fate == Fate.UNANSWERED:
            holding.try_again = True
            if result.message.channel not in KEYED:
                gathered.results.outcomes.append(Outcome(row.id, State.UNKNOWN, "no_answer"))
        else:
            not_sent(gathered.results, row)
    holding.try_again = holding.try_again or bool(gathered.results.again)
    holding.trouble = gathered.trouble or holding.trouble
    return gathered


def not_sent(results: Results, row: Row) -> None:
    """Certainly nothing left in this lease; what an earlier one did stays known."""
    (results.untried if row.tried_before is None else results.again).append(row.id)


def _answered(gathered: Gathered, row: Row, result: Result, throttle: Throttle, clock: Clock) -> None:
    results, channel = gathered.results, result.message.channel
    step = next_for(result.errcode)
    if step == Next.DONE:
        results.outcomes.append(Outcome(row.id, State.SENT, msgid=result.msgid))
    elif step == Next.BACK_OFF:
        results.again.append(row.id)
    elif step == Next.REFRESH_TOKEN:
        gathered.trouble = explain(result.errcode)
        not_sent(results, row)
    elif step == Next.OTHER_CHANNEL and channel != Channel.TEMPLATE:
        results.elsewhere.append(row.id)
    elif step == Next.NEVER_THIS_PERSON:
        reason = _WHY_UNREACHABLE.get(result.errcode, f"errcode_{result.errcode}")
        results.outcomes.append(Outcome(row.id, State.UNREACHABLE, reason))
    elif step in (Next.PAUSE_DAY, Next.PAUSE_MINUTE):
        throttle.pause(channel, _begins_anew(step, clock.now()))
        gathered.trouble = explain(result.errcode)
        not_sent(results, row)
    elif step == Next.STOP_BROADCAST:
        gathered.wrong = f"{explain(result.errcode)} {result.errmsg[:120]}"
        not_sent(results, row)
    elif step == Next.STOP_ALL:
        throttle.back_off(channel, at_least=_STOP_ALL_SECONDS)
        gathered.trouble = explain(result.errcode)
        log.error("sending stops for %s s: %s", int(_STOP_ALL_SECONDS), gathered.trouble)
        not_sent(results, row)
    else:
        results.outcomes.append(Outcome(row.id, State.FAILED, f"errcode_{result.errcode}"))


def _begins_anew(step: Next, now: datetime) -> datetime:
    """When the quota does: the next minute, or the next day of Asia/Shanghai."""
    if step == Next.PAUSE_MINUTE:
        return now.replace(second=0, microsecond=0) + timedelta(minutes=1)
    return at_local(local_date(now) + timedelta(days=1), time.min)

"""A lease becomes messages: one a row, or one for all rows of a mass call, each with the moment it may not go after."""

import time

from bot.delivery.holding import Holding
from bot.delivery.messages import Message, Way
from bot.delivery.render import PATHS, Renderer
from models.messaging.dispatch.leasing import Lease
from models.messaging.dispatch.results import Results
from models.messaging.outbox import Channel, State, retry_within
from models.messaging.outbox.recipients import Row
from models.messaging.outbox.settling import Outcome

FEWEST_IN_MASS = 2


def packed(holding: Holding, renderer: Renderer, api_base: str, token: str, *, as_try: bool = False) -> list[Message]:
    """The messages of a lease. Raises what the renderer raises."""
    lease, url = holding.lease, api_base + PATHS[holding.lease.channel]
    way = Way(lease.channel, lease.lane, url, token, holding.ticket, owner=holding, as_try=as_try)
    return [
        Message(row.id, body, way, min(_not_after(lease, one) for one in holding.rows_with(row)))
        for row, body in renderer.bodies(lease)
    ]


def too_few(lease: Lease) -> Results | None:
    """Where so few rows are left that the platform takes no mass call: what becomes of them instead."""
    if lease.channel != Channel.MASS or len(lease.rows) >= FEWEST_IN_MASS:
        return None
    results = Results(lease.batch_id, lease.fence)
    for row in lease.rows:
        if row.tried_before is None:
            results.elsewhere.append(row.id)
        else:
            results.outcomes.append(Outcome(row.id, State.UNKNOWN, "interrupted"))
    return results


def _not_after(lease: Lease, row: Row) -> float:
    """Until when (monotonic) a row that was tried before may be handed over."""
    if row.tried_before is None:
        return float("inf")
    until = row.tried_before + retry_within(lease.channel)
    return time.monotonic() + (until - lease.taken_at).total_seconds()

"""Whether any of the small work beside sending is due: one look, so that an idle house writes nothing."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import col

from models.base.columns import UtcDateTime
from models.base.store import Session
from models.messaging.approval import APPROVAL_WITHIN
from models.messaging.broadcasts import Broadcast, BroadcastState
from models.messaging.mass import MassReport
from models.messaging.outbox import Batch, BatchState
from models.messaging.outbox.closing import not_leased
from models.messaging.receipts import Receipt

_NOW, _REAL, _ASKED = (sa.bindparam(name, type_=UtcDateTime()) for name in ("now", "real", "asked"))
_DUE = sa.select(
    sa.or_(
        sa.exists().where(col(Receipt.look_at) <= _NOW),
        sa.exists().where(col(MassReport.settled_at).is_(None)),
        sa.exists().where(col(Batch.state) != BatchState.DONE, col(Batch.expires_at) <= _NOW, not_leased(_REAL)),
        sa.exists().where(col(Broadcast.state) == BroadcastState.AWAITING, col(Broadcast.asked_at) < _ASKED),
    )
)


def upkeep_due(session: Session, real_now: datetime) -> bool:
    """Whether a receipt or report may be settled, a batch closed, or an approval has lapsed. `real_now`: of leases."""
    moments = {"now": session.now, "real": real_now, "asked": session.now - APPROVAL_WITHIN}
    return bool(session.connection().execute(_DUE, moments).scalar())

"""Whether any of the small work beside sending is due: a look at each, so that an idle house writes nothing."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import col

from models.base.columns import UtcDateTime
from models.base.store import Session
from models.messaging import mass
from models.messaging.approval import APPROVAL_WITHIN, has_lapsed
from models.messaging.dispatch.closing import not_leased
from models.messaging.outbox import Batch, BatchState
from models.messaging.receipts import Receipt

_NOW, _REAL, _ASKED, _GIVEN_UP = (
    sa.bindparam(name, type_=UtcDateTime()) for name in ("now", "real", "asked", "given_up")
)
_REPORTED = sa.select(sa.exists().where(col(Receipt.look_at) <= _NOW) | sa.exists().where(mass.ripe(_GIVEN_UP)))
_OVERDUE = sa.select(
    sa.exists().where(col(Batch.state) != BatchState.DONE, col(Batch.expires_at) <= _NOW, not_leased(_REAL))
    | sa.exists().where(has_lapsed(_NOW, _ASKED))
)


def is_reported(session: Session) -> bool:
    """Whether a receipt or report may be settled."""
    moments = {"now": session.now, "given_up": session.now - mass.GIVE_UP_AFTER}
    return bool(session.connection().execute(_REPORTED, moments).scalar())


def is_overdue(session: Session, real_now: datetime) -> bool:
    """Whether a batch may be closed, or an approval has lapsed. `real_now`: of leases."""
    moments = {"now": session.now, "real": real_now, "asked": session.now - APPROVAL_WITHIN}
    return bool(session.connection().execute(_OVERDUE, moments).scalar())

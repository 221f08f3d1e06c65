"""Who will be asked to phone those whom no message reaches, before anything is sent: as the ladder will choose them."""

from collections import Counter
from collections.abc import Mapping

import sqlalchemy as sa
from sqlmodel import col

from models.base.store import Session
from models.messaging import audiences
from models.messaging.broadcasts import Broadcast, scope_of
from models.messaging.ladder.callers import Near, callers
from models.messaging.outlets import Plan
from models.messaging.planning.choosing import chosen
from models.messaging.planning.open_ways import reached
from models.roster.children import Child

Phoning = Mapping[str, tuple[tuple[int | None, int], ...]]
"""By reason: (whoever is asked, None where there is nobody; how many), most first."""

_AT_ONCE = 4000


def who_phones(session: Session, broadcast: Broadcast, plan: Plan) -> Phoning:
    """Counts those without a way by their reason and by who is asked to phone them.

    Each is counted once, at the first of their children by whom they are meant. In pieces: the mentors of a city's
    lost are too many to be sorted out in one query.
    """
    scope, audience = scope_of(session, broadcast), audiences.from_json(broadcast.audience)
    meant = audiences.people(session, scope, audience).subquery()
    ways = chosen(session, meant, broadcast.urgency, plan, reached(session, scope, audience)).subquery()
    lost = session.connection().execute(sa.select(ways.c.person_id, ways.c.reason).where(ways.c.reason != "")).all()
    phoning: dict[str, Counter[int | None]] = {}
    near: Near = {}
    for at in range(0, len(lost), _AT_ONCE):
        reasons = {row.person_id: row.reason for row in lost[at : at + _AT_ONCE]}
        meant = audiences.people(session, scope, audience, among=list(reasons), with_child=True).subquery()
        first = sa.select(meant.c.person_id, meant.c.child_id, col(Child.unit_id))
        ties = session.connection().execute(first.join(Child, col(Child.id) == meant.c.child_id)).all()
        asked = callers(session, ties, near)
        for tie in ties:
            caller = next((one for one in asked[tie.child_id] if one != tie.person_id), None)
            phoning.setdefault(reasons[tie.person_id], Counter())[caller] += 1
    return {reason: tuple(counts.most_common()) for reason, counts in phoning.items()}

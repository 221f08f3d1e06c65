"""险情 (domain.md M24): a notice that the weather calls for, of no use after a time that somebody names."""

from datetime import datetime, timedelta

from models.base.errors import Refused
from models.base.store import Session
from models.messaging.audiences import Audience
from models.messaging.broadcasts import Broadcast
from models.messaging.planning.planner import draft
from models.messaging.wording.notices import Notice, notices
from models.roster.people import Person

LONGEST = timedelta(days=3)
"""How far ahead a hazard is called: after that somebody looks at the sky again."""


def hazards() -> list[Notice]:
    """The notices for hazards, the urgent ones first."""
    found = [notice for notice in notices().values() if notice.hazard]
    return sorted(found, key=lambda notice: (notice.quiet != "through", notice.id))


def draft_hazard(
    session: Session, by: Person, notice: Notice, audience: Audience, until: datetime, *, dedupe_key: str
) -> Broadcast:
    """A draft that is of no use after `until` (aware), however late it is approved; the same key returns the first.

    Raises Refused `hazard.over`, `hazard.too_far` (three days), and what `draft` raises.
    """
    if until <= session.now:
        raise Refused("hazard.over")
    if until - session.now > LONGEST:
        raise Refused("hazard.too_far", days=LONGEST.days)
    return draft(session, by, notice, audience, dedupe_key=dedupe_key, until=until)

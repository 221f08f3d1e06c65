"""Whose birthday a notice is about: its words and card are one for all, so the page names the reader's own child."""

from models.base.store import Session
from models.messaging.audiences import EVERYWHERE, children, from_json
from models.messaging.broadcasts import Broadcast
from models.roster.children import Child
from models.roster.ties import wards_of


def celebrated_wards(session: Session, broadcast: Broadcast, person_id: int) -> list[str]:
    """The names of this guardian's children whose birthday the notice is for; none where it is for no birthday."""
    audience = from_json(broadcast.audience)
    if not audience.birthday:
        return []
    wards = [tie.child_id for tie in wards_of(session, person_id)]
    meant = session.connection().execute(children(session, EVERYWHERE, audience, among=wards)).scalars()
    return [session.get_one(Child, child_id).name for child_id in sorted(meant)]

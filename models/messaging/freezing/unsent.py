"""The recipients of what is over and could not be turned into rows as usual: named all the same, each with its end."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite

from models.base.ids import reserve
from models.base.store import Session
from models.messaging.broadcasts import Broadcast, BroadcastState
from models.messaging.outbox import Channel, Delivery, State
from models.messaging.wording.voices import AWAY, HOME


def name_unsent(session: Session, broadcast: Broadcast, people: Sequence[int]) -> None:
    """A row for each of them, ids as `freeze` takes them: expired, or cancelled where a person stopped it; no way is
    chosen and nothing is sent. Who has a row already keeps it."""
    state = State.CANCELLED if broadcast.state == BroadcastState.CANCELLED else State.EXPIRED
    first_id = reserve(len(people))
    rows: list[dict[str, Any]] = [
        {
            "id": first_id + place,
            "key": f"broadcast:{broadcast.id}:{abs(person)}",
            "broadcast_id": broadcast.id,
            "person_id": abs(person),
            "kind": "notice",
            "voice": AWAY if person < 0 else HOME,
            "channel": Channel.TEMPLATE,
            "state": state,
            "reason": "",
            "planned_at": session.now,
            "settled_at": session.now,
            "rung": 0,
        }
        for place, person in enumerate(people)
    ]
    # Dialect switch: both say ON CONFLICT DO NOTHING, each through its own construct.
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    insert = dialect.insert(Delivery).on_conflict_do_nothing(index_elements=["key"])
    session.connection().execute(insert, rows)

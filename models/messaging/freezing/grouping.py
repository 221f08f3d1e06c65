"""Which rows of a broadcast may share a batch: of one channel and hour, and where a batch is one call, of one voice."""

from collections.abc import Mapping
from dataclasses import dataclass

from models.base.ids import reserve
from models.messaging.broadcasts import Broadcast
from models.messaging.outbox import Channel, batch_size
from models.messaging.outlets import Plan
from models.messaging.planning.choosing import ORDER
from models.messaging.wording.voices import AWAY, HOME


@dataclass(frozen=True)
class Group:
    """Rows that may share batches, and the ids of those. `minute`: the minute of the day that they wait for."""

    channel: Channel
    voice: str
    minute: int
    first: int
    batches: int

    @property
    def ids(self) -> range:
        """The batches."""
        return range(self.first, self.first + self.batches)


def groups(broadcast: Broadcast, plan: Plan, people: Mapping[int, int]) -> list[Group]:
    """Every group there may be for so many people by the minute they wait for, with batches enough."""
    found = []
    for channel in (each for each in ORDER[broadcast.urgency, plan.crowded] if each in plan.usable):
        for minute, count in people.items():
            # One to spare where somebody may choose another hour before the rows are written; what is empty goes.
            batches = -(-count // batch_size(channel)) + (len(people) > 1)
            for voice in (HOME, AWAY) if channel == Channel.MASS else ("",):
                found.append(Group(channel, voice, minute, reserve(batches), batches))
    return found

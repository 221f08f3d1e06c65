"""Steps that the ladder's stories share."""

from dataclasses import replace
from datetime import timedelta

from models.base.store import Store
from models.messaging.broadcasts import Urgency
from tests.cast import Cast
from tests.delivery.stories import WATER, approved
from tests.ladder.conftest import House

FLOOD = replace(WATER, title="山洪来了", urgency=Urgency.URGENT, useful_for=timedelta(hours=12), quiet="through")


def flood(store: Store, cast: Cast) -> int:
    with store.write() as session:
        return approved(session, cast, FLOOD).id


def made(house: House, **by: float) -> dict[str, int]:
    return {each.outcome: each.count for each in house.later(**by)}

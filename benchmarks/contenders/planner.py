"""python -m benchmarks.contenders.planner URL COUNT plan|add_all: recipients become rows, by us or through the ORM."""

import sys
import time

from sqlmodel import col, func, select

from benchmarks.account import NOTICE
from benchmarks.contenders import measured
from benchmarks.towns import approved, open_town
from models.base.store import Store
from models.messaging.broadcasts import Broadcast
from models.messaging.freezing.freezer import Freezer
from models.messaging.outbox import Batch, Channel, Delivery, batch_size
from models.messaging.planning.forecast import preview
from models.roster.accounts import Account


def plan(store: Store, count: int) -> None:
    """From the audience to rows and batches, as the bot does it, after a preview that was looked at."""
    with store.write() as session:
        broadcast = approved(session, NOTICE).id
    start = time.perf_counter()
    with store.read() as session:
        seen = preview(session, session.get_one(Broadcast, broadcast))
    looked = time.perf_counter() - start
    assert seen.count == count, seen
    freezer = Freezer(store)
    with measured(count, preview=looked):
        while freezer.step():
            pass
    with store.read() as session:
        assert session.exec(select(func.count()).select_from(Delivery)).one() == count
        assert session.exec(select(func.count()).select_from(Batch)).one() >= count // batch_size(Channel.TEMPLATE)


def add_all(store: Store, count: int) -> None:
    """The same rows and batches, 500 a time, through the ORM; whom they are for is at hand."""
    with store.write() as session:
        broadcast = approved(session, NOTICE)
    with store.read() as session:
        people = session.exec(
            select(Account.person_id, Account.openid).order_by(col(Account.openid)).limit(count)
        ).all()
    with measured(count):
        for at in range(0, count, 500):
            with store.write() as session:
                batch = Batch(
                    broadcast_id=broadcast.id,
                    channel=Channel.TEMPLATE,
                    lane=broadcast.lane,
                    not_before=broadcast.not_before,
                    expires_at=broadcast.expires_at,
                )
                session.add(batch)
                session.flush()
                session.add_all(
                    Delivery(
                        key=f"broadcast:{broadcast.id}:{person_id}",
                        batch_id=batch.id,
                        broadcast_id=broadcast.id,
                        person_id=person_id,
                        openid=openid,
                        kind="notice",
                        channel=Channel.TEMPLATE,
                        planned_at=session.now,
                    )
                    for person_id, openid in people[at : at + 500]
                )
    with store.read() as session:
        assert session.exec(select(func.count()).select_from(Delivery)).one() == count


if __name__ == "__main__":
    town = open_town(sys.argv[1])
    {"plan": plan, "add_all": add_all}[sys.argv[3]](town, int(sys.argv[2]))
    town.close()

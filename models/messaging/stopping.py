"""A person stops a broadcast for good, holds it, or lets it go on: it acts on what is not in flight yet.

One whose messages are all out can be stopped as long as its ladder chases somebody: a false alert is called off.
"""

from sqlmodel import col, update

from models.base import audit
from models.base.errors import Refused
from models.base.store import Session
from models.base.turns import hold, hold_all, take_turn
from models.messaging.broadcasts import Broadcast, BroadcastState, locked, may_act
from models.messaging.ladder.tables import Ladder
from models.messaging.outbox import Batch, BatchState
from models.roster.people import Person


def stop(session: Session, broadcast: Broadcast, by: Person) -> None:
    """Stops a broadcast for good: what is in flight arrives, every other row ends as cancelled within moments.

    Its ladder ends with it: nobody is reminded, open calls are called off, and whoever had them is told so.

    Raises Refused `broadcast.not_running`, `broadcast.not_allowed`.
    """
    _hold_batches(session, broadcast.id)
    broadcast = locked(session, broadcast.id)
    may_act(session, broadcast, by)
    ladder = hold(session, Ladder, broadcast.id)
    chases = ladder is not None and ladder.next_at is not None
    over = broadcast.state in (BroadcastState.EXPIRED, BroadcastState.CANCELLED)
    if over or (broadcast.state == BroadcastState.DONE and not chases):
        raise Refused("broadcast.not_running")
    if ladder is not None and chases:
        ladder.next_at = session.now
        session.add(ladder)
    if broadcast.approved_at is None:
        broadcast.finished_at = session.now
    broadcast.state = BroadcastState.CANCELLED
    broadcast.expires_at = session.now
    session.add(broadcast)
    open_batches = (col(Batch.broadcast_id) == broadcast.id, col(Batch.state) != BatchState.DONE)
    session.exec(update(Batch).where(*open_batches).values(expires_at=session.now, state=BatchState.READY))
    audit.record(session, "stop_broadcast", by=by.id, subject="broadcast", subject_id=broadcast.id)
    session.flush()


def pause(session: Session, broadcast: Broadcast, by: Person) -> None:
    """Holds a broadcast; what is in flight arrives. Raises Refused `broadcast.not_running`, `broadcast.all_out` where
    nothing is left to hold, `broadcast.not_allowed`."""
    broadcast = locked(session, broadcast.id)
    may_act(session, broadcast, by)
    if broadcast.state != BroadcastState.SENDING:
        is_out = broadcast.state == BroadcastState.DONE
        raise Refused("broadcast.all_out" if is_out else "broadcast.not_running")
    broadcast.state = BroadcastState.PAUSED
    session.add(broadcast)
    audit.record(session, "pause_broadcast", by=by.id, subject="broadcast", subject_id=broadcast.id)
    session.flush()


def resume(session: Session, broadcast: Broadcast, by: Person) -> None:
    """Goes on after a pause, also after one that trouble made. Raises Refused `broadcast.not_paused`."""
    _hold_batches(session, broadcast.id)
    broadcast = locked(session, broadcast.id)
    may_act(session, broadcast, by)
    if broadcast.state != BroadcastState.PAUSED:
        raise Refused("broadcast.not_paused")
    broadcast.state = BroadcastState.SENDING
    broadcast.trouble = ""
    session.add(broadcast)
    stopped = (col(Batch.broadcast_id) == broadcast.id, col(Batch.state) == BatchState.STOPPED)
    fresh = {"state": BatchState.READY, "attempts": 0, "trouble": "", "not_before": session.now}
    session.exec(update(Batch).where(*stopped).values(**fresh))
    audit.record(session, "resume_broadcast", by=by.id, subject="broadcast", subject_id=broadcast.id)
    session.flush()


def _hold_batches(session: Session, broadcast_id: int) -> None:
    """Before the broadcast itself: a worker that ends a batch takes the two in this order."""
    take_turn(session, "batches", broadcast_id)
    hold_all(session, Batch, (col(Batch.broadcast_id) == broadcast_id) & (col(Batch.state) != BatchState.DONE))

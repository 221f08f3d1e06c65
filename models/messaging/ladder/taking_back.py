"""What a caller said of a call is taken back: it is open again, unless nobody need phone any more.

Then it ends as it would have ended without what was said, so that no call is left open that nothing settles.
"""

import sqlalchemy as sa
from sqlmodel import col, select

from models.base import audit
from models.base.errors import Refused
from models.base.store import Session
from models.base.turns import hold, hold_one, take_turn
from models.messaging.broadcasts import Broadcast, BroadcastState
from models.messaging.ladder.calling import SAID, note_told
from models.messaging.ladder.tables import CallOutcome, Ladder, PhoneCall
from models.messaging.outbox import Delivery
from models.roster.people import Person
from models.roster.ties import guardians_of, wards_of


def undo_call(session: Session, caller: Person, call_id: int) -> PhoneCall:
    """Takes back what was said of a call's last try. It is open again, and so are those that it had made needless.

    Where the guardian has answered himself it is ANSWERED; where the notice is over or was stopped, LAPSED or
    CALLED_OFF. Raises Refused `calls.gone` where there is nothing to take back.
    """
    broadcast_id = session.get_one(PhoneCall, call_id).broadcast_id
    take_turn(session, "calls", broadcast_id)  # whoever ends the ladder has done so, or finds this call open
    call = hold_one(session, PhoneCall, call_id)
    if call.caller_id != caller.id or call.tries == 0 or (call.outcome is not None and call.outcome not in SAID):
        raise Refused("calls.gone")
    end = _end(session, call)
    if call.outcome == CallOutcome.TOLD:
        note_told(session, call, None)
        if end != CallOutcome.ANSWERED:
            _take_back_spared(session, call, end)
    call.outcome, call.settled_by, call.tries = end, None, call.tries - 1
    call.settled_at = session.now if end is not None else None
    call.next_at = session.now
    session.add(call)
    if end is None:
        _climb_again(session, broadcast_id)
    audit.record(session, "undo_call", by=caller.id, subject="phone_call", subject_id=call.id, tries=call.tries)
    session.flush()
    return call


def _end(session: Session, call: PhoneCall) -> CallOutcome | None:
    """Why nobody need phone any more; None where somebody must."""
    mine = (Delivery.broadcast_id == call.broadcast_id, Delivery.person_id == call.person_id)
    answers = select(Delivery.id).where(*mine, col(Delivery.acknowledged_at).is_not(None))
    if session.exec(answers.limit(1)).first() is not None:
        return CallOutcome.ANSWERED
    broadcast = session.get_one(Broadcast, call.broadcast_id)
    if broadcast.state == BroadcastState.CANCELLED:
        return CallOutcome.CALLED_OFF
    over = broadcast.state == BroadcastState.EXPIRED or broadcast.expires_at <= session.now
    return CallOutcome.LAPSED if over else None


def _take_back_spared(session: Session, call: PhoneCall, end: CallOutcome | None) -> None:
    """Calls that this one had made needless end like it, or are looked at afresh."""
    kin = {tie.person_id for ward in wards_of(session, call.person_id) for tie in guardians_of(session, ward.child_id)}
    spared = (
        col(PhoneCall.broadcast_id) == call.broadcast_id,
        col(PhoneCall.outcome) == CallOutcome.FAMILY,
        col(PhoneCall.person_id).in_(kin),
    )
    settled_at = session.now if end is not None else None
    session.connection().execute(sa.update(PhoneCall).where(*spared).values(outcome=end, settled_at=settled_at))


def _climb_again(session: Session, broadcast_id: int) -> None:
    """A ladder that had nothing left to do has this call."""
    ladder = hold(session, Ladder, broadcast_id)
    if ladder is not None and ladder.next_at is None:
        ladder.next_at = session.now
        session.add(ladder)

"""Who leaves a duty: they are told, and what they leave open goes on, for an alert must not wait for one who cannot
reach it."""

import logging

from sqlmodel import col, select

from models.base import audit
from models.base.store import Session
from models.base.texts import say
from models.base.turns import hold_one
from models.care.alerts import Alert, AlertTold, open_alerts
from models.care.responders import responders
from models.messaging.appointment_news import is_dismissed
from models.messaging.outbox import Lane
from models.messaging.words import tell
from models.roster.appointing import dismiss
from models.roster.people import Person, Staff, duties_of

log = logging.getLogger(__name__)


def end_duty(session: Session, by: Person, staff: Staff) -> Staff:
    """Ends a duty today, tells whose it was, and hands on what they leave; the row that ended. Raises Refused as
    `dismiss`."""
    ended = dismiss(session, by, staff)
    is_dismissed(session, ended, by)
    hand_on_alerts(session, session.get_one(Person, ended.person_id))
    return ended


def hand_on_alerts(session: Session, leaving: Person) -> int:
    """Frees the open alerts that this person owns, or was told of and nobody owns, and calls whoever is responsible
    today, also those who were told before. Returns how many; none while the person has a duty and can still act."""
    if duties_of(session, leaving.id):
        return 0
    left = [each for each in open_alerts(session, leaving) if _is_left(session, each, leaving)]
    for alert in left:
        alert.owner_id = None
        sender = session.get_one(Person, alert.person_id) if alert.person_id else None
        told = select(Person).join(AlertTold, col(AlertTold.person_id) == Person.id)
        earlier = session.exec(told.where(AlertTold.alert_id == alert.id)).all()
        before = {each.id: each for each in earlier if duties_of(session, each.id)}
        called = {each.id: each for each in responders(session, sender, alert.words).people if each.id != leaving.id}
        for each in called.values():
            if session.get(AlertTold, (alert.id, each.id)) is None:
                session.add(AlertTold(alert_id=alert.id, person_id=each.id, told_at=session.now))
        for each in (before | called).values():
            key = f"alert:{alert.id}:{each.id}:left:{leaving.id}"
            tell(session, each, say("alert.left"), key=key, lane=Lane.URGENT, title=say("alert.title"))
        if not before | called:
            log.error("alert %s: nobody is on call", alert.id)
        audit.record(session, "alert.hand_on", by=None, subject="alert", subject_id=alert.id)
    session.flush()
    return len(left)


def _is_left(session: Session, alert: Alert, leaving: Person) -> bool:
    held = hold_one(session, Alert, alert.id)
    return held.closed_at is None and held.owner_id in (None, leaving.id)

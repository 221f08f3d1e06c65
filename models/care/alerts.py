"""Words of danger become an `Alert` (预警): sealed, pushed at once to who is responsible, owned till it is closed."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlmodel import Field, SQLModel, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from models.base import audit
from models.base.columns import BigId, Moment, Record, Ref
from models.base.dates import moment_in_words
from models.base.errors import Refused
from models.base.seal import put_sealed, sealed
from models.base.store import Session
from models.base.texts import say
from models.base.turns import hold_one
from models.care.responders import responders
from models.messaging.outbox import Lane
from models.messaging.words import tell
from models.roster.children import Child
from models.roster.people import Person
from models.roster.scope import full_scope

log = logging.getLogger(__name__)

_LEAST_WORDS = 4
"""Characters that say how a child is; "1" and "好了" do not close an alert."""
_PUSHES, _PUSHES_IN = 3, timedelta(minutes=10)
"""One account's words are pushed so often in so long; what follows joins the list, so that nobody buries the others."""


class Step(StrEnum):
    """What was done about an alert."""

    TAKEN = "taken"
    CONTACTED = "contacted"
    CLOSED = "closed"


class Alert(Record, table=True):
    """One message with words of danger. `cause` is the inbox message; the owner is who said 我来处理."""

    cause: int = Field(sa_type=BigId, unique=True)
    openid: str = Field(index=True, max_length=64)
    person_id: int | None = Ref("person.id", default=None)
    unit_id: int | None = Ref("unit.id", default=None)
    words_sealed: bytes | None = None
    raised_at: datetime = Moment(index=True)
    owner_id: int | None = Ref("person.id", default=None)
    closed_at: datetime | None = Moment(default=None)

    @property
    def words(self) -> str:
        """What was written."""
        return sealed(self, "words")


class AlertChild(SQLModel, table=True):
    """A child whom an alert may be about."""

    alert_id: int = Ref("alert.id", primary_key=True, index=False)
    child_id: int = Ref("child.id", primary_key=True)


class AlertTold(SQLModel, table=True):
    """Somebody who was told of an alert; nobody else reads it."""

    alert_id: int = Ref("alert.id", primary_key=True, index=False)
    person_id: int = Ref("person.id", primary_key=True)
    told_at: datetime = Moment()


class AlertStep(Record, table=True):
    """One step of one person, appended, with what he wrote about it."""

    alert_id: int = Ref("alert.id")
    by_id: int = Ref("person.id", index=False)
    at: datetime = Moment()
    step: Step
    note_sealed: bytes | None = None

    @property
    def note(self) -> str:
        """What was written about it, or ''."""
        return sealed(self, "note")


def raise_alert(session: Session, *, openid: str, person: Person | None, words: str, cause: int) -> Alert:
    """Keeps words of danger and pushes 请马上看 to whom `responders` names; the same cause again changes nothing.

    The push names no child and no trouble (domain.md section 4); whoever is told reads the rest with 预警.
    """
    known = session.exec(select(Alert).where(Alert.cause == cause)).first()
    if known is not None:
        return known
    call = responders(session, person, words)
    pushing = _pushed_lately(session, openid) < _PUSHES
    alert = Alert(
        cause=cause,
        openid=openid,
        person_id=person.id if person else None,
        unit_id=call.unit.id if call.unit else None,
        raised_at=session.now,
    )
    put_sealed(session, alert, "words", words)
    session.add(alert)
    session.flush()
    session.add_all(AlertChild(alert_id=alert.id, child_id=child.id) for child in call.children)
    session.add_all(AlertTold(alert_id=alert.id, person_id=each.id, told_at=session.now) for each in call.people)
    if pushing:
        for each in call.people:
            key = f"alert:{alert.id}:{each.id}"
            tell(session, each, say("alert.push"), key=key, lane=Lane.URGENT, title=say("alert.title"))
    audit.record(session, "alert.raise", by=alert.person_id, subject="alert", subject_id=alert.id)
    session.flush()
    if not call.people:
        log.error("alert %s: nobody is on call", alert.id)
    return alert


def open_alerts(session: Session, person: Person) -> Sequence[Alert]:
    """The alerts a person was told of that are not closed: those nobody owns first, then the newest."""
    return session.exec(
        _told_to(person)
        .where(col(Alert.closed_at).is_(None))
        .order_by(col(Alert.owner_id).is_not(None), col(Alert.raised_at).desc(), col(Alert.id).desc())
    ).all()


def read_alert(session: Session, person: Person, alert_id: int) -> Alert:
    """One alert that a person was told of; the reading is audited. Raises Refused `alert.not_yours`."""
    alert = session.exec(_told_to(person).where(Alert.id == alert_id).with_for_update()).first()
    if alert is None:
        raise Refused("alert.not_yours")
    audit.record(session, "alert.read", by=person.id, subject="alert", subject_id=alert.id)
    return alert


def children_of(session: Session, alert: Alert, reader: Person) -> Sequence[Child]:
    """The children an alert may be about, in the reader's scope; to one who was called as the last resort, all."""
    about = select(AlertChild.child_id).where(AlertChild.alert_id == alert.id)
    seen = full_scope(session, reader).children(session).where(col(Child.id).in_(about))
    return (
        session.exec(seen.order_by(col(Child.id))).all()
        or session.exec(select(Child).where(col(Child.id).in_(about))).all()
    )


def steps_of(session: Session, alert: Alert) -> Sequence[AlertStep]:
    """What was done about an alert, in order."""
    return session.exec(select(AlertStep).where(AlertStep.alert_id == alert.id).order_by(col(AlertStep.id))).all()


def take_alert(session: Session, person: Person, alert: Alert) -> None:
    """我来处理: makes a person the owner; the others who were told hear that somebody is on it.

    Raises Refused `alert.taken` with the owner's name, `alert.is_closed`.
    """
    hold_one(session, Alert, alert.id)
    _open(alert)
    if alert.owner_id == person.id:
        return
    if alert.owner_id is not None:
        raise Refused("alert.taken", name=session.get_one(Person, alert.owner_id).name)
    alert.owner_id = person.id
    _step(session, person, alert, Step.TAKEN, "")
    when = moment_in_words(alert.raised_at)
    others = select(Person).join(AlertTold, col(AlertTold.person_id) == Person.id)
    for other in session.exec(others.where(AlertTold.alert_id == alert.id, Person.id != person.id)).all():
        tell(session, other, say("alert.on_it", name=person.name, when=when), key=f"alert:{alert.id}:{other.id}:taken")


def note_contact(session: Session, person: Person, alert: Alert, note: str) -> None:
    """已联系: somebody spoke with the family; who had no owner gets this one. Raises Refused `alert.is_closed`."""
    hold_one(session, Alert, alert.id)
    _open(alert)
    if alert.owner_id is None:
        take_alert(session, person, alert)
    _step(session, person, alert, Step.CONTACTED, note)


def close_alert(session: Session, person: Person, alert: Alert, note: str) -> None:
    """关闭, with words that say how it stands.

    Raises Refused `alert.is_closed`, `alert.only_owner`, `alert.say_how`.
    """
    hold_one(session, Alert, alert.id)
    _open(alert)
    if alert.owner_id != person.id:
        raise Refused("alert.only_owner")
    if len(note.strip()) < _LEAST_WORDS:
        raise Refused("alert.say_how")
    alert.closed_at = session.now
    _step(session, person, alert, Step.CLOSED, note)


def _told_to(person: Person) -> SelectOfScalar[Alert]:
    return select(Alert).join(AlertTold, col(AlertTold.alert_id) == Alert.id).where(AlertTold.person_id == person.id)


def _open(alert: Alert) -> None:
    if alert.closed_at is not None:
        raise Refused("alert.is_closed")


def _step(session: Session, person: Person, alert: Alert, step: Step, note: str) -> None:
    row = AlertStep(alert_id=alert.id, by_id=person.id, at=session.now, step=step)
    if note.strip():
        put_sealed(session, row, "note", note.strip())
    session.add(row)
    audit.record(session, f"alert.{step}", by=person.id, subject="alert", subject_id=alert.id)
    session.flush()


def _pushed_lately(session: Session, openid: str) -> int:
    since = session.now - _PUSHES_IN
    return session.exec(select(func.count()).where(Alert.openid == openid, col(Alert.raised_at) > since)).one()

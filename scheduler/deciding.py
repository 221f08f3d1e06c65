"""What becomes of an occasion that is due: it is sent, or it is said why not; row and broadcast are one transaction."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import sqlalchemy as sa

from models.base.clock import local_date
from models.base.dates import day_in_words
from models.base.store import Session
from models.base.texts import say
from models.calendar.occurrences import (
    Occurrence,
    OccurrenceState,
    following,
    held_lately,
    settled,
    standing_approval,
    told_of_held,
)
from models.messaging import audiences
from models.messaging.approval import from_rule
from models.messaging.audiences import Audience, is_a_birthday
from models.messaging.wording.notices import Notice, notices
from models.messaging.words import tell
from models.roster.people import Duty, Person
from models.roster.scope import duty_scope
from models.roster.units import Unit
from scheduler.spacing import Pending, audience_of, those_before
from scheduler.task import Made


def decide(session: Session, row: Occurrence, each: Pending, today: Sequence[Pending], *, first: bool) -> Made:
    """Sends it, or holds it, lets it expire, or finds nobody to send it to.

    Whoever has another notice today (`today` is everything that comes due) waits until tomorrow: a row of its own
    remembers them, whatever is edited until then.
    """
    rule, unit = each.rule, session.get_one(Unit, each.place.unit_id)
    notice = notices().get(each.notice)
    row.settled_at = session.now
    if session.now >= row.useful_until:
        row.state, row.why = OccurrenceState.EXPIRED, ""
    elif each.birthday and not is_a_birthday(session, unit, date.fromisoformat(each.birthday)):
        row.state, row.why = OccurrenceState.SKIPPED, "nobody"
    elif notice is None:
        row.state, row.why = OccurrenceState.SKIPPED, f"no notice {each.notice}"
    elif (approval := standing_approval(session, rule.name, unit)) is None:
        row.state, row.why = OccurrenceState.HELD, "no approval"
        if first and not held_lately(session, row):
            _tell_held(session, row, notice, unit)
    else:
        _send(session, row, each, notice, session.get_one(Person, approval.person_id), today)
    session.flush()
    return Made(rule.name, row.state, broadcast_id=row.broadcast_id)


def _send(
    session: Session, row: Occurrence, each: Pending, notice: Notice, approver: Person, today: Sequence[Pending]
) -> None:
    audience = audience_of(session, each)
    not_for, not_had = those_before(session, each, audience, today)
    if not_for or not_had:
        _wait(session, row, each)
        audience = replace(audience, not_for=audience.not_for + not_for, not_had=audience.not_had + not_had)
    if _nobody(session, audience, approver):
        row.state, row.why = OccurrenceState.SKIPPED, "nobody"
        return
    broadcast = from_rule(
        session,
        notice if each.rule.urgency is None else replace(notice, urgency=each.rule.urgency),
        audience,
        occurrence=f"rule:{row.rule}:{row.unit_id}:{row.occasion}",
        approved_by=approver,
        expires_at=row.useful_until,
    )
    row.state, row.why, row.broadcast_id = OccurrenceState.MADE, "", broadcast.id


def _wait(session: Session, row: Occurrence, each: Pending) -> None:
    due_at, occasion = each.next_day(session.now), following(row.occasion)
    if due_at is not None and settled(session, row.rule, row.unit_id, occasion) is None:
        session.add(
            Occurrence(
                rule=row.rule,
                unit_id=row.unit_id,
                useful_until=row.useful_until,
                occasion=occasion,
                due_at=due_at,
                state=OccurrenceState.WAITING,
                settled_at=session.now,
                why="another notice that day",
                grades=row.grades,
            )
        )


def _nobody(session: Session, audience: Audience, approver: Person) -> bool:
    scope = duty_scope(session, approver, frozenset({Duty.APPROVER}))
    meant = sa.select(sa.literal(1)).select_from(audiences.people(session, scope, audience).subquery()).limit(1)
    return session.connection().execute(meant).first() is None


def _tell_held(session: Session, row: Occurrence, notice: Notice, unit: Unit) -> None:
    day = day_in_words(local_date(row.useful_until))
    text = say("rule.held", title=notice.title, unit=unit.name, day=day)
    for person in told_of_held(session, unit):
        tell(session, person, text, key=f"held:{row.id}:{person.id}", title=say("rule.held_title"))

"""自动通知: an approver lets the school calendar send by itself in a unit until a day, or stops it."""

from collections.abc import Sequence
from datetime import date, timedelta
from enum import StrEnum

from sqlmodel import col, select

from handlers.chat import Chat
from handlers.dialogue import Dialogue, Kept
from handlers.flow import flow
from handlers.prompts import Confirm, Day, Pick
from handlers.staff.which_unit import OwnUnit
from models.calendar.occurrences import (
    EVERY_RULE,
    LONGEST_APPROVAL_DAYS,
    approve_rule,
    running_approvals,
    withdraw_approval,
)
from models.roster.people import Duty, duties_of
from models.roster.units import Unit


class Act(StrEnum):
    """What is done with the rules of a unit."""

    ALLOW = "批准，到时自动发"
    STOP = "停下，不再自动发"


@flow("自动通知", duty=Duty.APPROVER, menu="rule.menu")
def standing_approvals(chat: Chat) -> Dialogue:
    """Asks for which unit and until when; stopping takes back every approval there."""
    unit = yield from OwnUnit(chat, "rule.which_unit", _units(chat), name=lambda each: each.name)
    running = running_approvals(chat.session, unit)
    act, until = Act.ALLOW, chat.today
    if running:
        until = max(each.until for each in running)
        act = yield from Pick("rule.allow_or_stop", Act, unit=unit, day=until)
    if act is Act.STOP:
        yield from Confirm("rule.stop_read_back", unit=unit)
        for each in running:
            withdraw_approval(chat.session, each, by=chat.me.id)
        return Kept("rule.stopped", {"unit": unit})
    latest = chat.today + timedelta(days=LONGEST_APPROVAL_DAYS)
    ends = [end for end in _summers(chat.today) if until < end <= latest]
    offers, first = ends or [latest], chat.today
    day = yield from Day("rule.until_when", offers=offers, earliest=first, latest=latest, future=True, unit=unit)
    yield from Confirm("rule.read_back", unit=unit, day=day)
    approve_rule(chat.session, chat.me, unit, EVERY_RULE, day)
    return Kept("rule.allowed", {"unit": unit, "day": day})


def _units(chat: Chat) -> Sequence[Unit]:
    mine = {staff.unit_id for staff in duties_of(chat.session, chat.me.id) if staff.duty == Duty.APPROVER}
    return chat.session.exec(select(Unit).where(col(Unit.id).in_(mine)).order_by(Unit.path)).all()


def _summers(today: date) -> list[date]:
    """The ends of the school year that a day is in and of the next."""
    return [date(today.year + (today.month > 8) + ahead, 8, 31) for ahead in (0, 1)]

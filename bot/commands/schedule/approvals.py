"""`schedule approve | withdraw`: the standing approvals of the rules."""

from datetime import date

import click

from bot.commands.acting import staff_by_phone, unit_named
from bot.database import open_store
from bot.settings import load_settings
from models.base.errors import Misconfigured, Refused
from models.base.store import Session
from models.base.texts import say
from models.calendar.occurrences import (
    EVERY_RULE,
    StandingApproval,
    approve_rule,
    running_approvals,
    standing_approval,
    withdraw_approval,
)
from models.roster.people import Duty
from models.roster.scope import duty_scope
from models.roster.units import Unit
from scheduler.rules import rules, titles

ALL = "all"
_rule = click.argument("rule")
_unit = click.option("--unit", required=True, help="The unit, with everything below it.")
_by = click.option("--by", "phone", required=True, help="The phone of an approver of the unit, or of one above.")


@click.command("approve")
@_rule
@_unit
@_by
@click.option("--until", required=True, help="The last day it holds, such as 2027-08-31; at most 400 days ahead.")
def approve(rule: str, unit: str, phone: str, until: str) -> None:
    """Let RULE (or `all`) send by itself in a unit until a day. What waits for an approval goes out at once."""
    name, day = _rule_named(rule), _day(until)
    with open_store(load_settings()).write() as session:
        place = unit_named(session, unit)
        approve_rule(session, staff_by_phone(session, phone), place, name, day)
    click.echo(say("cli.rule_approved", unit=place.name, rule=_called(rule), until=day))


@click.command("withdraw")
@_rule
@_unit
@_by
def withdraw(rule: str, unit: str, phone: str) -> None:
    """Take the approval of RULE (or `all`) in a unit back: from now on it waits. What was sent stays."""
    name = _rule_named(rule)
    with open_store(load_settings()).write() as session:
        person, place = staff_by_phone(session, phone), unit_named(session, unit)
        if not duty_scope(session, person, frozenset({Duty.APPROVER})).covers_unit(place):
            raise Refused("approval.not_yours", unit=place.name)
        found = _to_withdraw(session, place, name, rule)
        for each in found:
            withdraw_approval(session, each, by=person.id)
        session.flush()
        still = standing_approval(session, name, place) is not None
    click.echo(say("cli.rule_withdrawn", unit=place.name, rule=_called(rule), count=len(found)))
    if still:
        click.echo(say("cli.rule_still", unit=place.name, rule=_called(rule)))


def _to_withdraw(session: Session, place: Unit, name: str, rule: str) -> list[StandingApproval]:
    running = running_approvals(session, place)
    found = [each for each in running if name in (EVERY_RULE, each.rule)]
    if name != EVERY_RULE and any(each.rule == EVERY_RULE for each in running):
        raise Misconfigured(say("cli.rule_under_all", unit=place.name, rule=_called(rule)))
    if not found:
        raise Misconfigured(say("cli.rule_not_approved", unit=place.name, rule=_called(rule)))
    return found


def _called(rule: str) -> str:
    """As people know it: by the title of its notice, not by the name of its file."""
    return say("cli.rule_all") if rule == ALL else say("cli.rule_called", title=titles()[rule])


def _rule_named(rule: str) -> str:
    known = [each.name for each in rules()]
    if rule != ALL and rule not in known:
        raise Misconfigured(say("cli.no_rule", name=rule, known="、".join(known)))
    return EVERY_RULE if rule == ALL else rule


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Misconfigured(say("cli.until_date")) from None

"""`schedule`: the scheduler as a process of its own, and the standing approvals of its rules."""

from datetime import date, datetime, timedelta

import click
from rich.console import Console
from rich.table import Table

from bot.app import open_house
from bot.commands.acting import staff_by_phone, unit_named
from bot.database import open_store
from bot.log import set_up
from bot.serving import Running
from bot.settings import load_settings
from models.base.clock import local, local_date
from models.base.errors import Misconfigured, Refused
from models.base.store import Session
from models.base.texts import say
from models.calendar.occurrences import (
    EVERY_RULE,
    StandingApproval,
    approve_rule,
    held,
    running_approvals,
    standing_approval,
    withdraw_approval,
)
from models.messaging.notices import notices
from models.roster.people import Duty, Person
from models.roster.scope import duty_scope
from models.roster.units import Unit
from scheduler.plan import places, planned
from scheduler.table import RULES

ALL = "all"
_rule = click.argument("rule")
_unit = click.option("--unit", required=True, help="The unit, with everything below it.")
_by = click.option("--by", "phone", required=True, help="The phone of an approver of the unit, or of one above.")


@click.group("schedule", invoke_without_command=True)
@click.pass_context
def schedule(ctx: click.Context) -> None:
    """Run the scheduler alone, or look after its approvals: list, approve, withdraw.

    Started twice, it still makes every notice once.
    """
    if ctx.invoked_subcommand is None:
        set_up()
        with Running(open_house(load_settings()), web=False, deliver=False) as running:
            running.until_told()


@schedule.command("list")
@click.option("--days", default=60, show_default=True, help="How many days ahead to look.")
def list_(days: int) -> None:
    """List what the calendar sends next, where, and who approved it until when."""
    table = Table(say("cli.day"), say("cli.unit"), say("cli.rule"), say("cli.notice"), say("cli.approved"))
    with open_store(load_settings()).read() as session:
        last = session.today + timedelta(days=days)
        for each in planned(places(session), RULES, session.today, last):
            rule, when = each.moment.rule, local(each.moment.due_at)
            if each.moment.due_at < session.now:
                continue
            title, approved = notices()[rule.notice].title, _approved(session, rule.name, each.place.unit_id, when)
            table.add_row(f"{when:%Y-%m-%d %H:%M}", each.place.unit, rule.name, title, approved)
        waiting = len(held(session))
    if table.row_count:
        Console().print(table)
    else:
        click.echo(say("cli.nothing_planned", days=days))
    if waiting:
        click.echo(say("cli.waiting_now", count=waiting))


@schedule.command("approve")
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
    click.echo(say("cli.rule_approved", unit=place.name, rule=rule, until=day))


@schedule.command("withdraw")
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
    click.echo(say("cli.rule_withdrawn", unit=place.name, rule=rule, count=len(found)))
    if still:
        click.echo(say("cli.rule_still", unit=place.name, rule=rule))


def _to_withdraw(session: Session, place: Unit, name: str, rule: str) -> list[StandingApproval]:
    running = running_approvals(session, place)
    found = [each for each in running if name in (EVERY_RULE, each.rule)]
    if name != EVERY_RULE and any(each.rule == EVERY_RULE for each in running):
        raise Misconfigured(say("cli.rule_under_all", unit=place.name, rule=rule))
    if not found:
        raise Misconfigured(say("cli.rule_not_approved", unit=place.name, rule=rule))
    return found


def _approved(session: Session, rule: str, unit_id: int, when: datetime) -> str:
    approval = standing_approval(session, rule, session.get_one(Unit, unit_id))
    if approval is None or approval.until < local_date(when):
        return say("cli.not_approved")
    return say("cli.approved_until", name=session.get_one(Person, approval.person_id).name, until=approval.until)


def _rule_named(rule: str) -> str:
    known = [each.name for each in RULES]
    if rule != ALL and rule not in known:
        raise Misconfigured(say("cli.no_rule", name=rule, known="、".join(known)))
    return EVERY_RULE if rule == ALL else rule


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Misconfigured(say("cli.until_date")) from None

"""`broadcast`: a notice from the draft to the list for phoning, from the command line."""

from collections.abc import Callable
from pathlib import Path

import click
from rich.console import Console

from bot.commands.acting import broadcast_numbered, by, numbered, staff_by_phone
from bot.commands.failed import failed, have_phoned, retry
from bot.commands.hazard import hazard
from bot.commands.reviews import review, reviews
from bot.commands.sheet import fresh_path, write_sheet
from bot.commands.showing import let_go, short, show_broadcast
from bot.commands.sure import yes
from bot.commands.tables import folding
from bot.commands.watching import progress_line, watch
from bot.database import open_store
from bot.settings import load_settings
from models.base.errors import Misconfigured
from models.base.ids import new_id
from models.base.store import Session, Store
from models.base.texts import say
from models.messaging import approval, broadcasts, stopping
from models.messaging.audiences import from_json
from models.messaging.broadcasts import WRITERS, Broadcast
from models.messaging.emergency import may_send_alone, send_without_approval
from models.messaging.overview import newest
from models.messaging.phoning import to_phone
from models.messaging.planning import audience_words, planner
from models.messaging.progress import progress, state_in_words
from models.messaging.wording.notices import notices
from models.messaging.words import tell
from models.roster.people import Person
from models.roster.scope import duty_scope


@click.group("broadcast")
def broadcast() -> None:
    """Send a notice: new, test, ask, approve, or hazard in one; then status, pause, stop, correct, calls, failed."""


for _command in (hazard, failed, retry, have_phoned, reviews, review):
    broadcast.add_command(_command)


@broadcast.command("new")
@by
@click.option("--notice", "notice_id", required=True, help="Its id: a file of content/notices without .md.")
@click.option("--to", "audience", default="", help="For whom, as in chat: 柳溪小学 6-12 留守 在家. Empty: everybody.")
def new(phone: str, notice_id: str, audience: str) -> None:
    """Make a draft and show whom it would reach and whom not. Nothing is sent."""
    notice = notices().get(notice_id)
    if notice is None:
        raise Misconfigured(say("cli.no_notice", name=notice_id, known="、".join(sorted(notices()))))
    with _store().write() as session:
        person = staff_by_phone(session, phone)
        whom = audience_words.parse(session, duty_scope(session, person, WRITERS), audience)
        made = planner.draft(session, person, notice, whom, dedupe_key=f"cli:{new_id()}")
        show_broadcast(session, made)
    click.echo(f"\n{say('cli.drafted', number=short(made))}")


@broadcast.command("list")
def list_() -> None:
    """List the newest broadcasts with their numbers."""
    headings = (say("cli.number"), say("cli.notice"), say("cli.to_whom"), say("cli.state"), say("cli.people"))
    table = folding(*headings)
    with _store().read() as session:
        for each in newest(session):
            whom = audience_words.describe(session, from_json(each.audience))
            state = state_in_words(each)
            table.add_row(short(each), each.title, whom, state, f"{each.planned_count:,}")
    Console().print(table)


@broadcast.command("show")
@numbered
def show(number: str) -> None:
    """Show the words, whom it reaches, and whom it does not and why."""
    with _store().read() as session:
        show_broadcast(session, broadcast_numbered(session, number))


@broadcast.command("test")
@numbered
@by
def test(number: str, phone: str) -> None:
    """Send it to oneself first, in both voices."""
    with _store().write() as session:
        planner.send_to_self(session, broadcast_numbered(session, number), staff_by_phone(session, phone))
    click.echo(say("cli.tested"))


@broadcast.command("ask")
@numbered
@by
def ask(number: str, phone: str) -> None:
    """Ask for a second person's approval."""
    with _store().write() as session:
        found, person = broadcast_numbered(session, number), staff_by_phone(session, phone)
        approvers = approval.please_approve(session, found, person)
        click.echo(say("cli.asked", who="、".join(each.name for each in approvers)))


@broadcast.command("approve")
@numbered
@by
@click.option("--count", type=int, help="How many it goes to; without it that is asked for above 1,000.")
@yes
def approve(number: str, phone: str, count: int | None, yes: bool) -> None:
    """Let it go, as the second person. Shows what goes out and asks first. With --yes give --count above 1,000."""
    store = _store()
    seen = _show(store, number, phone, approval.may_approve)
    typed = let_go(seen, count, asked=yes)
    with store.write() as session:
        person, found = staff_by_phone(session, phone), session.get_one(Broadcast, seen.id)
        approval.approve(session, found, person, seen.digest, typed)
        if found.written_by is not None:
            writer = session.get_one(Person, found.written_by)
            text = say("announce.let_go", title=found.title, name=person.name)
            tell(session, writer, text, key=f"announce.let_go:{found.id}")
    click.echo(say("cli.sending", number=number))


@broadcast.command("emergency")
@numbered
@by
@click.option("--reason", required=True, help="Why it cannot wait for a second person; it is reviewed later.")
@click.option("--count", type=int, help="How many it goes to; without it that is asked for above 1,000.")
@yes
def emergency(number: str, phone: str, reason: str, count: int | None, yes: bool) -> None:
    """Send what is 紧急 without a second person, as the duty officer. Shows what goes out and asks first."""
    store = _store()
    seen = _show(store, number, phone, may_send_alone)
    typed = let_go(seen, count, asked=yes)
    with store.write() as session:
        person = staff_by_phone(session, phone)
        send_without_approval(session, session.get_one(Broadcast, seen.id), person, reason, typed)
    click.echo(say("cli.sending", number=number))


@broadcast.command("pause")
@numbered
@by
def pause(number: str, phone: str) -> None:
    """Hold it: what is in flight still arrives, the rest waits for `resume`."""
    with _store().write() as session:
        stopping.pause(session, broadcast_numbered(session, number), staff_by_phone(session, phone))
    click.echo(say("cli.held", number=number))


@broadcast.command("resume")
@numbered
@by
def resume(number: str, phone: str) -> None:
    """Go on after a pause, also after one that trouble made."""
    with _store().write() as session:
        stopping.resume(session, broadcast_numbered(session, number), staff_by_phone(session, phone))
    click.echo(say("cli.resumed", number=number))


@broadcast.command("stop")
@numbered
@by
def stop(number: str, phone: str) -> None:
    """Stop it for good, its reminders and calls as well: what is in flight still arrives, the rest is cancelled."""
    with _store().write() as session:
        found = broadcast_numbered(session, number)
        stopping.stop(session, found, staff_by_phone(session, phone))
        reached = progress(session, found).reached
    click.echo(say("cli.stopped"))
    if reached:
        click.echo(say("cli.correct_how", reached=f"{reached:,}", number=number))


@broadcast.command("correct")
@numbered
@by
@click.option("--words", required=True, help="What is right, for those who were told wrongly.")
def correct(number: str, phone: str, words: str) -> None:
    """Make a draft for the same people that puts it right, and show it. Nothing is sent."""
    with _store().write() as session:
        wrong, person = broadcast_numbered(session, number), staff_by_phone(session, phone)
        made = planner.correction(session, person, wrong, words, dedupe_key=f"cli:{new_id()}")
        show_broadcast(session, made)
    click.echo(f"\n{say('cli.drafted', number=short(made))}")


@broadcast.command("status")
@numbered
@click.option("--watch", "follow", is_flag=True, help="Go on showing it until it is finished.")
def status(number: str, follow: bool) -> None:
    """Show how far it is and how it ended for whom."""
    store = _store()
    with store.read() as session:
        found = broadcast_numbered(session, number).id
        line = progress_line(session, found)
    if follow:
        watch(store, found)
    else:
        click.echo(line)


@broadcast.command("calls")
@numbered
@by
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The CSV file to write.")
def calls(number: str, phone: str, out: Path) -> None:
    """Write the list for phoning: who was not reached, why, and who calls."""
    store = _store()
    fresh_path(out)
    with store.write() as session:
        found, person = broadcast_numbered(session, number), staff_by_phone(session, phone)
        broadcasts.may_act(session, found, person)
        rows = [
            (call.name, call.relation, call.child, call.phone, say(f"reason.{call.reason}"), call.mentor)
            for call in to_phone(session, found, person)
        ]
    headings = ("cli.name", "cli.relation", "cli.child", "cli.phone", "cli.why_not", "cli.mentor")
    write_sheet(out, [say(key) for key in headings], rows)
    click.echo(say("cli.calls_done", count=len(rows), path=out))


def _store() -> Store:
    return open_store(load_settings())


def _show(store: Store, number: str, phone: str, may: Callable[[Session, Broadcast, Person], None]) -> Broadcast:
    """Shows what somebody is asked about, where it is theirs to say. Raises Refused as `may`."""
    with store.read() as session:
        found = broadcast_numbered(session, number)
        may(session, found, staff_by_phone(session, phone))
        show_broadcast(session, found)
        return found

"""`broadcast`: a notice from the draft to the list for phoning, from the command line."""

from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from bot.commands.acting import broadcast_numbered, staff_by_phone
from bot.commands.sheet import write_sheet
from bot.commands.watching import progress_line, watch
from bot.database import open_store
from bot.settings import load_settings
from models.base.errors import Misconfigured
from models.base.ids import new_id
from models.base.store import Store
from models.base.texts import say
from models.messaging import approval, audience_words, broadcasts, planner
from models.messaging.audiences import from_json
from models.messaging.broadcasts import WRITERS, Broadcast
from models.messaging.notices import notices
from models.messaging.overview import newest
from models.messaging.phoning import to_phone
from models.messaging.words import tell
from models.roster.scope import duty_scope

_number = click.argument("number")
_by = click.option("--by", "phone", required=True, help="The phone of the staff member in whose name this is done.")


@click.group("broadcast")
def broadcast() -> None:
    """Send a notice: new, test, ask, approve; then status, stop, calls."""


@broadcast.command("new")
@_by
@click.option("--notice", "notice_id", required=True, help="Its id: a file of content/notices without .md.")
@click.option("--to", "audience", default="", help="For whom, as in chat: 柳溪小学 6-12 留守 在家. Empty: everybody.")
def new(phone: str, notice_id: str, audience: str) -> None:
    """Make a draft and show whom it would reach and whom not. Nothing is sent."""
    notice = notices().get(notice_id)
    if notice is None:
        raise Misconfigured(f"--notice：没有 {notice_id}。有：{'、'.join(sorted(notices()))}")
    store = _store()
    with store.write() as session:
        person = staff_by_phone(session, phone)
        whom = audience_words.parse(session, duty_scope(session, person, WRITERS), audience)
        made = planner.draft(session, person, notice, whom, dedupe_key=f"cli:{new_id()}")
    _show(store, made.id)
    click.echo(
        f"\n编号 {_short(made)}。先发给自己看：broadcast test {_short(made)}；请人审批：broadcast ask {_short(made)}"
    )


@broadcast.command("list")
def list_() -> None:
    """List the newest broadcasts with their numbers."""
    table = Table("编号", "通知", "给谁", "状态", "人数")
    with _store().read() as session:
        for each in newest(session):
            whom = audience_words.describe(session, from_json(each.audience))
            state = say(f"announce.is_{each.state.value}")
            table.add_row(_short(each), each.title, whom, state, f"{each.planned_count:,}")
    Console().print(table)


@broadcast.command("show")
@_number
def show(number: str) -> None:
    """Show the words, whom it reaches, and whom it does not and why."""
    store = _store()
    with store.read() as session:
        found = broadcast_numbered(session, number).id
    _show(store, found)


@broadcast.command("test")
@_number
@_by
def test(number: str, phone: str) -> None:
    """Send it to oneself first, in both voices."""
    with _store().write() as session:
        planner.send_to_self(session, broadcast_numbered(session, number), staff_by_phone(session, phone))
    click.echo("两条都放进了待发，请看自己的微信。")


@broadcast.command("ask")
@_number
@_by
def ask(number: str, phone: str) -> None:
    """Ask for a second person's approval."""
    with _store().write() as session:
        found, person = broadcast_numbered(session, number), staff_by_phone(session, phone)
        approvers = approval.ask_approval(session, found, person)
        for each in approvers:
            text = say("announce.please_approve", title=found.title, name=person.name)
            tell(session, each, text, key=f"approve:{found.id}:{each.id}", title=say("announce.to_approve"))
        click.echo(say("announce.asked", who="、".join(each.name for each in approvers)))


@broadcast.command("approve")
@_number
@_by
@click.option("--count", type=int, help="How many it goes to; must be typed above 1,000.")
def approve(number: str, phone: str, count: int | None) -> None:
    """Let it go, as the second person. Shows what goes out and asks first."""
    store = _store()
    with store.read() as session:
        found = broadcast_numbered(session, number)
        seen = found.digest
    _show(store, found.id)
    click.confirm("发出去吗？", abort=True)
    with store.write() as session:
        person = staff_by_phone(session, phone)
        approval.approve(session, session.get_one(Broadcast, found.id), person, seen, count)
    click.echo(f"开始发了。看进度：broadcast status {number} --watch；停下：broadcast stop {number}")


@broadcast.command("emergency")
@_number
@_by
@click.option("--reason", required=True, help="Why it cannot wait for a second person; it is reviewed later.")
def emergency(number: str, phone: str, reason: str) -> None:
    """Send what is 紧急 without a second person, as the duty officer."""
    with _store().write() as session:
        found, person = broadcast_numbered(session, number), staff_by_phone(session, phone)
        approval.send_without_approval(session, found, person, reason)
    click.echo(f"开始发了。看进度：broadcast status {number} --watch")


@broadcast.command("stop")
@_number
@_by
def stop(number: str, phone: str) -> None:
    """Stop it for good: what is in flight still arrives, the rest is cancelled."""
    store = _store()
    with store.write() as session:
        broadcasts.stop(session, broadcast_numbered(session, number), staff_by_phone(session, phone))
    click.echo("停了。已经发出的收不回来。")


@broadcast.command("status")
@_number
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
@_number
@_by
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The CSV file to write.")
def calls(number: str, phone: str, out: Path) -> None:
    """Write the list for phoning: who was not reached, why, and who calls."""
    with _store().write() as session:
        found, person = broadcast_numbered(session, number), staff_by_phone(session, phone)
        rows = [
            (call.name, call.relation, call.child, call.phone, say(f"reason.{call.reason}"), call.mentor)
            for call in to_phone(session, found, person)
        ]
    write_sheet(out, ("姓名", "关系", "孩子", "电话", "没送到的原因", "帮扶教师"), rows)
    click.echo(f"写好了 {len(rows)} 位：{out}。里面有姓名和电话，用完请删。")


def _store() -> Store:
    return open_store(load_settings())


def _short(found: Broadcast) -> str:
    return str(found.id)[-6:]


def _show(store: Store, broadcast_id: int) -> None:
    with store.read() as session:
        found = session.get_one(Broadcast, broadcast_id)
        seen = planner.preview(session, found)
        click.echo(f"《{found.title}》（{found.urgency.value}）")
        click.echo(audience_words.describe(session, from_json(found.audience)))
        click.echo(f"\n在家：\n{seen.text_home}\n\n在外：\n{seen.text_away}\n")
        click.echo(f"要发给 {seen.reachable:,} 位，约 {max(1, seen.minutes)} 分钟。")
        for reason, count in seen.unreachable.items():
            click.echo(f"{count:,} 位发不到：{say(f'reason.{reason}')}，进电话名单")

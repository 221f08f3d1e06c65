"""`doctor`: looks at the settings, the database, the platform, the content and the calendar, and says what to do."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import click

from bot.app import House, open_house
from bot.settings import load_settings
from bot.wechat.errors import PlatformError, PlatformSilent
from models.base.clock import local_date
from models.base.errors import Misconfigured
from models.calendar.files import calendars
from models.calendar.holidays import warnings
from models.calendar.occurrences import held
from models.learning.lint import content_faults


@dataclass(frozen=True)
class Finding:
    """One thing looked at. `advice` says what to do; `grave` where something does not work without it."""

    name: str
    advice: str = ""
    grave: bool = False


def look(house: House, *, offline: bool) -> Iterator[Finding]:
    """Everything there is to look at, in order."""
    yield Finding("设置和数据库")
    yield from _content()
    yield from _calendar(house)
    yield from _audit(house)
    if not offline:
        yield from _platform(house)


@click.command("doctor")
@click.option("--offline", is_flag=True, help="Do not ask the platform.")
def doctor(offline: bool) -> None:
    """Check everything that can be checked, and say what to do. Exit status 2 where something does not work."""
    findings = list(look(open_house(load_settings()), offline=offline))
    for finding in findings:
        mark = "坏" if finding.grave else "看" if finding.advice else "好"
        click.echo(f"[{mark}] {finding.name}{'：' + finding.advice if finding.advice else ''}")
    if any(finding.grave for finding in findings):
        raise click.exceptions.Exit(2)


def _content() -> Iterator[Finding]:
    faults = content_faults()
    yield from (Finding("内容", fault, grave=True) for fault in faults)
    if not faults:
        yield Finding("课程和通知的内容")


def _calendar(house: House) -> Iterator[Finding]:
    try:
        known = calendars()
    except Misconfigured as error:
        yield Finding("校历", str(error), grave=True)
        return
    today = local_date(house.clock.now())
    found = [warning for calendar in known.values() for warning in warnings(calendar, today)]
    yield from (Finding("校历", warning) for warning in found)
    if not known:
        yield Finding("校历", "content/calendars 里还没有校历，考试和放假的提示发不出去")
    if known and not found:
        yield Finding("校历")
    with house.store.read() as session:
        waiting = len(held(session))
    if waiting:
        yield Finding("定时通知", f"{waiting} 条到了时候没有批准。批准：python -m bot schedule approve")


def _audit(house: House) -> Iterator[Finding]:
    broken = house.auditor.broken_at()
    if broken is None:
        yield Finding("操作记录完整")
    else:
        yield Finding("操作记录", f"第 {broken} 条被改过或删过，请保留现场，查谁动过数据库", grave=True)


def _platform(house: House) -> Iterator[Finding]:
    asked: tuple[tuple[str, Callable[[], object]], ...] = (
        ("微信接口", lambda: house.client.access_token),
        ("模板消息额度", lambda: house.client.quota_get("/cgi-bin/message/template/send")),
    )
    for name, ask in asked:
        try:
            ask()
        except PlatformSilent:
            yield Finding(name, "没有回答，请查网络和 wechat.api_base", grave=True)
            return
        except PlatformError as error:
            yield Finding(name, f"{error.errcode}，请查 wechat.app_id、wechat.app_secret 和 IP 白名单", grave=True)
            return
        yield Finding(name)

"""A day and then a school year, played without a screen; what the phones show is held against what was to come."""

import logging
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

import click

from bot.demo.expected import GUARDIANS, Event, expected, faults
from bot.demo.families import answer_notices
from bot.demo.playing import open_demo
from bot.demo.scenes import SCENES, NotShown
from bot.demo.transcript import transcript
from bot.demo.world import demo_phones
from models.base.clock import at_local, local_date

FIRST_FRIDAY = at_local(date(2026, 9, 4), time(10, 0))
YEAR_BEGINS = at_local(date(2026, 8, 29), time(8, 0))
YEAR_ENDS = date(2027, 8, 31)
HOURS = (time(10, 0), time(17, 0), time(19, 30), time(23, 0))
"""When the clock may stop on a day, if something is due; the last is at night, when nothing may ring."""


def play(folder: Path) -> Iterator[str]:
    """Plays, prints the transcript by phone, and yields what is wrong: nothing where every phone shows what it must."""
    logging.disable(logging.INFO)
    also: list[Event] = []
    with open_demo(folder, starts_at=YEAR_BEGINS, by_itself=False) as playing:
        try:
            seen, scenes = 0, dict(SCENES)
            for moment in _stops():
                if moment not in scenes and not playing.is_due(moment):
                    continue
                playing.go_to(moment)
                if moment in scenes:
                    also += scenes[moment](playing)
                shown = playing.hand.ledger(seen)
                answer_notices(playing, shown, GUARDIANS)
                seen = max((each.seq for each in shown), default=seen)
        except NotShown as error:
            yield str(error)
            return
        phones = {phone.openid for phone in demo_phones()}
        ledger = [each for each in playing.hand.ledger() if each.openid in phones]
    click.echo("\n".join(transcript(ledger)))
    yield from faults(ledger, expected(also))


def _stops() -> list[datetime]:
    days = (YEAR_ENDS - local_date(YEAR_BEGINS)).days + 1
    first = local_date(YEAR_BEGINS)
    usual = [at_local(first + timedelta(days=day), hour) for day in range(days) for hour in HOURS]
    return sorted({*usual, *(at for at, _ in SCENES)})

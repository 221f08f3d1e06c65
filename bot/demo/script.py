"""A day and then a school year, played without a screen; what the phones show is held against what was to come."""

import logging
from datetime import date, datetime, time, timedelta
from pathlib import Path

from bot.demo.playing import Playing, open_demo
from models.base.clock import at_local, local

FIRST_FRIDAY = at_local(date(2026, 9, 4), time(10, 0))
YEAR_BEGINS = at_local(date(2026, 8, 29), time(8, 0))
YEAR_ENDS = date(2027, 8, 31)
HOURS = (time(7, 30), time(9, 0), time(10, 0), time(12, 0), time(17, 0), time(18, 30), time(19, 30), time(23, 0))


def play(folder: Path) -> list[str]:
    logging.disable(logging.INFO)
    with open_demo(folder, starts_at=YEAR_BEGINS, by_itself=False) as playing:
        day = local(YEAR_BEGINS).date()
        import time as t
        a=t.time()
        while day <= YEAR_ENDS:
            for hour in HOURS:
                moment = at_local(day, hour)
                if moment > playing.hand.now():
                    playing.go_to(moment)
            day += timedelta(days=1)
        print(t.time()-a)
        for e in playing.hand.ledger():
            if e.openid=="demo-grandmother" and e.direction=="out" : print(local(e.at).strftime("%F %a %H:%M"), e.kind, e.fields, e.text[:20], e.repeats)
    return []

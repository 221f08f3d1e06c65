"""Quiet hours 21:30–07:30 Asia/Shanghai (domain.md section 4): only what is urgent may ring."""

from datetime import datetime, time, timedelta

from models.base.clock import at_local, local

BEGINS = time(21, 30)
ENDS = time(7, 30)


def is_quiet(moment: datetime) -> bool:
    """Whether a moment (aware) falls into the quiet hours."""
    hour = local(moment).time()
    return hour >= BEGINS or hour < ENDS


def after_quiet(moment: datetime) -> datetime:
    """The moment itself, or the end of the quiet hours it falls into (aware UTC)."""
    if not is_quiet(moment):
        return moment
    day = local(moment)
    return at_local(day.date() + timedelta(days=1 if day.time() >= BEGINS else 0), ENDS)


def quiet_begins(moment: datetime) -> datetime:
    """When the quiet hours next begin after a moment outside of them (aware UTC)."""
    return at_local(local(moment).date(), BEGINS)

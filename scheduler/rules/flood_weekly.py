"""Every Friday of the flood season, before the weekend (domain.md M24)."""

from datetime import time, timedelta

from models.calendar.when import flood_season, within
from scheduler.rule import Rule

flood_weekly = Rule(
    name="flood_weekly",
    when=within(flood_season).weekly("fri"),
    hour=time(16, 0),
    notice="flood-weekly",
    useful_for=timedelta(days=2),
)

"""The flood season begins (汛期开始)."""

from datetime import time, timedelta

from models.calendar.when import first_day, flood_season
from scheduler.rule import Rule

flood_start = Rule(
    name="flood_start",
    when=first_day(flood_season),
    hour=time(9, 30),
    notice="flood-start",
    useful_for=timedelta(days=7),
)

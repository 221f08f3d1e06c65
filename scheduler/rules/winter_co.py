"""When stoves are lit (一氧化碳)."""

from datetime import time, timedelta

from models.calendar.when import on
from scheduler.rule import Rule

winter_co = Rule(
    name="winter_co",
    when=on(12, 8),
    hour=time(17, 0),
    notice="winter-co",
    useful_for=timedelta(days=14),
)

"""消防日, November 9."""

from datetime import time, timedelta

from models.calendar.when import on
from scheduler.rule import Rule

fire_119 = Rule(
    name="fire_119",
    when=on(11, 9),
    hour=time(17, 0),
    notice="fire-119",
    useful_for=timedelta(days=3),
)

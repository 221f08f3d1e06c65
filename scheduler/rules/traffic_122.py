"""交通安全日, December 2."""

from datetime import time, timedelta

from models.calendar.when import on
from scheduler.rule import Rule

traffic_122 = Rule(
    name="traffic_122",
    when=on(12, 2),
    hour=time(17, 0),
    notice="traffic-122",
    useful_for=timedelta(days=3),
)

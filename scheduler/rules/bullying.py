"""In the middle of the spring term (校园欺凌)."""

from datetime import time, timedelta

from models.calendar.when import on
from scheduler.rule import Rule

bullying = Rule(
    name="bullying",
    when=on(5, 12),
    hour=time(17, 30),
    notice="bullying",
    bands=("6-12", "12-15", "15-18"),
    useful_for=timedelta(days=7),
)

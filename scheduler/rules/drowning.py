"""After the May holidays the water is warm: the 六不 (domain.md section 5)."""

from datetime import time, timedelta

from models.calendar.when import on
from scheduler.rule import Rule

drowning = Rule(
    name="drowning",
    when=on(5, 8),
    hour=time(10, 0),
    notice="drowning",
    useful_for=timedelta(days=7),
)

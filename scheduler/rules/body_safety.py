"""Two weeks into the summer vacation (防性侵要知道, domain.md M33)."""

from datetime import time, timedelta

from models.calendar.when import after, vacation
from scheduler.rule import Rule

body_safety = Rule(
    name="body_safety",
    when=after(vacation("暑假"), days=13),
    hour=time(17, 0),
    notice="body-safety",
    useful_for=timedelta(days=7),
)

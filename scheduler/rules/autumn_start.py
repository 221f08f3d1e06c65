"""Two days before the autumn term: a new class, a new way to school (秋季开学)."""

from datetime import time, timedelta

from models.calendar.when import before, term
from scheduler.rule import Rule

autumn_start = Rule(
    name="autumn_start",
    when=before(term("秋季学期"), days=2),
    hour=time(9, 0),
    notice="autumn-start",
    useful_for=timedelta(days=7),
)

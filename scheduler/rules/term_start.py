"""Two days before the spring term: the way to school and what the holidays left behind (开学安全)."""

from datetime import time, timedelta

from models.calendar.when import before, term
from scheduler.rule import Rule

term_start = Rule(
    name="term_start",
    when=before(term("春季学期"), days=2),
    hour=time(9, 0),
    notice="term-start",
    useful_for=timedelta(days=7),
)

"""国际家庭日, May 15 (domain.md M28)."""

from datetime import time, timedelta

from models.calendar.when import on
from scheduler.rule import Rule

family_day = Rule(
    name="family_day",
    when=on(5, 15),
    hour=time(10, 0),
    notice="family-day",
    useful_for=timedelta(days=2),
)

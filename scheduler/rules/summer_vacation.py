"""The first day of the summer vacation (暑假第一课)."""

from datetime import time, timedelta

from models.calendar.when import first_day, vacation
from scheduler.rule import Rule

summer_vacation = Rule(
    name="summer_vacation",
    when=first_day(vacation("暑假")),
    hour=time(9, 0),
    notice="summer-first",
    useful_for=timedelta(days=7),
)

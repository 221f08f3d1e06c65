"""The first day of the winter vacation."""

from datetime import time, timedelta

from models.calendar.when import first_day, vacation
from scheduler.rule import Rule

winter_vacation = Rule(
    name="winter_vacation",
    when=first_day(vacation("寒假")),
    hour=time(9, 0),
    notice="winter-vacation",
    useful_for=timedelta(days=7),
)

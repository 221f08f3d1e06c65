"""中小学生安全教育日, the last Monday of March."""

from datetime import time, timedelta

from models.calendar.when import last_monday
from scheduler.rule import Rule

safety_day = Rule(
    name="safety_day",
    when=last_monday(3),
    hour=time(17, 0),
    notice="safety-day",
    useful_for=timedelta(days=3),
)

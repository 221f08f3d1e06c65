"""The day before 端午: boats and rivers."""

from datetime import time, timedelta

from models.calendar.when import before, holiday
from scheduler.rule import Rule

dragon_boat = Rule(
    name="dragon_boat",
    when=before(holiday("端午"), days=1),
    hour=time(17, 0),
    notice="dragon-boat",
    useful_for=timedelta(days=2),
)

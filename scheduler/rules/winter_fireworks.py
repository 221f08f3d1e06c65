"""Two days before 春节: fireworks and fire."""

from datetime import time, timedelta

from models.calendar.when import before, holiday
from scheduler.rule import Rule

winter_fireworks = Rule(
    name="winter_fireworks",
    when=before(holiday("春节"), days=2),
    hour=time(10, 0),
    notice="winter-fireworks",
    useful_for=timedelta(days=7),
)

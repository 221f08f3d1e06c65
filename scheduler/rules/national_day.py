"""Two days before 国庆节: on the road (国庆出行)."""

from datetime import time, timedelta

from models.calendar.when import before, holiday
from scheduler.rule import Rule

national_day = Rule(
    name="national_day",
    when=before(holiday("国庆节"), days=2),
    hour=time(17, 0),
    notice="national-day",
    useful_for=timedelta(days=6),
)

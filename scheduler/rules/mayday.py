"""Two days before 劳动节: the road and the water."""

from datetime import time, timedelta

from models.calendar.when import before, holiday
from scheduler.rule import Rule

mayday = Rule(
    name="mayday",
    when=before(holiday("劳动节"), days=2),
    hour=time(17, 0),
    notice="mayday-travel",
    useful_for=timedelta(days=5),
)

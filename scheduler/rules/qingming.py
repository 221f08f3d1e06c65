"""Two days before 清明: graves, fire and hills."""

from datetime import time, timedelta

from models.calendar.when import before, holiday
from scheduler.rule import Rule

qingming = Rule(
    name="qingming",
    when=before(holiday("清明"), days=2),
    hour=time(17, 0),
    notice="qingming-fire",
    useful_for=timedelta(days=4),
)

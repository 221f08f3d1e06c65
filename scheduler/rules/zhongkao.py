"""A week before 中考, to the guardians of children of 14 to 16, in whichever class they are."""

from datetime import time, timedelta

from models.calendar.when import before, exam
from scheduler.rule import Rule

zhongkao = Rule(
    name="zhongkao",
    when=before(exam("中考"), days=7),
    hour=time(17, 0),
    notice="zhongkao",
    ages=(14, 16),
    useful_for=timedelta(days=7),
)

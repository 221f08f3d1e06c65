"""Three days before 高考, to the guardians of whoever may sit it: 15 to 18 years old."""

from datetime import time, timedelta

from models.calendar.when import before, exam
from scheduler.rule import Rule

gaokao = Rule(
    name="gaokao",
    when=before(exam("高考"), days=3),
    hour=time(17, 0),
    notice="gaokao",
    ages=(15, 18),
    useful_for=timedelta(days=4),
)

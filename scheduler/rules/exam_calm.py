"""Two weeks before 高考, with 中考 close behind: less pressure at home (考前减压, domain.md M14)."""

from datetime import time, timedelta

from models.calendar.when import before, exam
from scheduler.rule import Rule

exam_calm = Rule(
    name="exam_calm",
    when=before(exam("高考"), days=14),
    hour=time(19, 0),
    notice="exam-calm",
    bands=("12-15", "15-18"),
    useful_for=timedelta(days=7),
)

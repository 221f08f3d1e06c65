"""Five days before the end-of-term exams, twice a year (期末)."""

from datetime import time, timedelta

from models.calendar.when import before, exam
from scheduler.rule import Rule

final_exam = Rule(
    name="final_exam",
    when=before(exam("期末"), days=5),
    hour=time(18, 30),
    notice="final-exam",
    bands=("6-12", "12-15", "15-18"),
    useful_for=timedelta(days=5),
)

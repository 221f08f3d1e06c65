"""Four weeks into the summer vacation, when the phone is always at hand (网络诈骗)."""

from datetime import time, timedelta

from models.calendar.when import after, vacation
from scheduler.rule import Rule

online_fraud = Rule(
    name="online_fraud",
    when=after(vacation("暑假"), days=27),
    hour=time(17, 0),
    notice="online-fraud",
    useful_for=timedelta(days=7),
)

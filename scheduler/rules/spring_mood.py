"""Three weeks into the spring term, when moods sink (春季情绪关注, domain.md M14)."""

from datetime import time, timedelta

from models.calendar.when import after, term
from scheduler.rule import Rule

spring_mood = Rule(
    name="spring_mood",
    when=after(term("春季学期"), days=20),
    hour=time(17, 30),
    notice="spring-mood",
    useful_for=timedelta(days=7),
)

"""The days of 2027 on which each notice is due in 青禾县, and in a school with edits of its own, counted by hand: what
the oracle reckons from the files is held against it."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

DAY = timedelta(days=1)

COUNTY: Mapping[str, Sequence[date]] = {
    "final-exam": [date(2027, 1, 20), date(2027, 6, 23)],
    "winter-vacation": [date(2027, 1, 31)],
    "winter-fireworks": [date(2027, 2, 3)],
    "term-start": [date(2027, 2, 20)],
    "spring-mood": [date(2027, 3, 14)],
    "safety-day": [date(2027, 3, 29)],
    "flood-start": [date(2027, 4, 1)],
    "qingming-fire": [date(2027, 4, 1)],
    "flood-weekly": [day for n in range(183) if (day := date(2027, 4, 1) + n * DAY).isoweekday() == 5],
    "mayday-travel": [date(2027, 4, 29)],
    "drowning": [date(2027, 5, 8)],
    "bullying": [date(2027, 5, 12)],
    "family-day": [date(2027, 5, 15)],
    "exam-calm": [date(2027, 5, 24)],
    "gaokao": [date(2027, 6, 4)],
    "dragon-boat": [date(2027, 6, 8)],
    "zhongkao": [date(2027, 6, 10)],
    "summer-first": [date(2027, 7, 3)],
    "body-safety": [date(2027, 7, 16)],
    "online-fraud": [date(2027, 7, 30)],
    "autumn-start": [date(2027, 8, 30)],
    "national-day": [date(2027, 9, 29)],
    "fire-119": [date(2027, 11, 9)],
    "traffic-122": [date(2027, 12, 2)],
    "winter-co": [date(2027, 12, 8)],
    "birthday": [date(2027, 1, 1) + n * DAY for n in range(365)],
    "online-rules": [date(2027, 1, 31)],
    "online-friends": [date(2027, 2, 7)],
    "online-words": [date(2027, 2, 14)],
    "online-together": [date(2027, 2, 21)],
    "guard-line": [date(2027, 3, 3)],
    "guard-secret": [date(2027, 3, 10)],
    "guard-alone": [date(2027, 3, 17)],
    "guard-told": [date(2027, 3, 24)],
    "drug-know": [date(2027, 6, 6)],
    "drug-no": [date(2027, 6, 13)],
    "drug-aids": [date(2027, 6, 20)],
    "teen-body": [date(2027, 10, 13)],
    "teen-mood": [date(2027, 10, 20)],
    "teen-friends": [date(2027, 10, 27)],
    "road-walk": [date(2027, 11, 3)],
    "road-ride": [date(2027, 11, 10)],
    "road-bike": [date(2027, 11, 17)],
}
ZHUSHAN: Mapping[str, Sequence[date]] = dict(COUNTY) | {
    "final-exam": [date(2027, 1, 20), date(2027, 6, 16)],
    "summer-first": [date(2027, 7, 6)],
    "body-safety": [date(2027, 7, 19)],
    "online-fraud": [date(2027, 8, 2)],
}
"""The school that writes its spring exams for a week earlier and its summer vacation from the sixth of July."""

"""TASKS: the one table of what a tick looks after, in its order."""

from models.calendar.pulse import NOTICES
from models.care.duties.orders import DUTIES
from models.learning.checkins import next_checkin_at
from models.learning.digests import next_digest_at
from models.messaging.ladder.climbing import next_look_at
from scheduler import notices, requests, visits
from scheduler.duties import see_to_duties
from scheduler.ladder import climb_ladders
from scheduler.learning import ENROL, ask_checkins, enrol_newcomers, send_digests
from scheduler.task import Task

TASKS: tuple[Task, ...] = (
    Task(NOTICES, notices.run),
    Task("ladder", climb_ladders, next_due=next_look_at),
    Task(visits.NAME, visits.remind_mentors),
    Task(requests.NAME, requests.see_to_requests),
    Task(DUTIES, see_to_duties),
    Task(ENROL, enrol_newcomers),
    Task("lessons", send_digests, next_due=next_digest_at),
    Task("checkins", ask_checkins, next_due=next_checkin_at),
)

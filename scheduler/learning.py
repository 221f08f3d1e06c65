"""The evenings of learning: new guardians are enrolled, digests and check-ins that are due go into the outbox."""

from collections.abc import Iterator
from datetime import timedelta

from models.base.clock import local_date
from models.base.ids import new_id
from models.base.store import Store
from models.calendar.pulse import Pulse
from models.learning.checkins import due_checkins
from models.learning.digests import due_digests
from models.learning.enrolments import enrol_all, newcomers
from scheduler.task import Made, rest

ENROL = "enrol"
ENROL_EVERY = timedelta(minutes=5)
_OVERLAP = 600_000 << 22
"""Ten minutes of ids (22 bits a millisecond): a row may be committed a little after its id was made."""


def enrol_newcomers(store: Store) -> Iterator[Made]:
    """Enrols who bound and agreed since the last look; the first look of a day looks at everyone."""
    fresh = new_id()
    with store.read() as session:
        row = session.get(Pulse, ENROL)
        daily = row is None or row.mark == 0 or local_date(row.looked_at) != session.today
        mark = 0 if row is None or daily else row.mark
        somebody = bool(newcomers(session, mark, limit=1))
    total = after = 0
    while somebody:
        with store.write() as session:
            people = enrol_all(session, mark, after)
        if not people:
            break
        total, after = total + len(people), people[-1]
    rest(store, ENROL, ENROL_EVERY, fresh - _OVERLAP)
    if total:
        yield Made(ENROL, "made", total)


def send_digests(store: Store) -> Iterator[Made]:
    """Every digest whose evening has come, some hundreds of guardians a transaction."""
    posted = late = 0
    while True:
        with store.write() as session:
            evening = due_digests(session)
        if not evening.looked_at:
            break
        posted, late = posted + evening.posted, late + evening.too_late
    if posted:
        yield Made("lesson", "made", posted)
    if late:
        yield Made("lesson", "expired", late)


def ask_checkins(store: Store) -> Iterator[Made]:
    """Every question of the evening after that is due."""
    asked = late = 0
    while True:
        with store.write() as session:
            evening = due_checkins(session)
        if not evening.looked_at:
            break
        asked, late = asked + evening.asked, late + evening.looked_at - evening.asked
    if asked:
        yield Made("checkin", "made", asked)
    if late:
        yield Made("checkin", "skipped", late)

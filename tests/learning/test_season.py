"""A season of evenings with outages and jumps: one digest a day at most, none at night, every lesson once, in order."""

import os
import random
from collections import Counter
from datetime import datetime

from sqlmodel import col, select

from models.base.clock import SHANGHAI, local
from models.calendar.quiet import is_quiet
from models.learning.lessons import course
from models.learning.records import LessonRecord
from models.messaging.outbox import Batch, Delivery
from tests.learning.conftest import Home


def test_a_season_of_lessons(home: Home) -> None:
    seed = int(os.environ.get("SEED", random.SystemRandom().randrange(10**9)))
    print(f"SEED={seed}")
    dice = random.Random(seed)
    end = datetime(2027, 9, 1, tzinfo=SHANGHAI)
    while home.clock.now() < end:
        home.clock.advance(minutes=dice.choice((45, 110, 170)))
        if dice.random() < 0.02:
            home.clock.advance(hours=dice.choice((-1, 1, 9, 40, 90)))
        if dice.random() < 0.01:
            home.types("father", f"换时间 周{dice.choice('一二三四五六日')} {dice.choice(('12:30', '20:00', '7:30'))}")
        home.tick()
    with home.store.read() as session:
        sent = session.exec(select(Delivery, Batch).join(Batch).where(Delivery.kind.in_(("lesson", "task")))).all()  # type: ignore[attr-defined]
        days = Counter((row.person_id, row.kind, local(batch.not_before).date()) for row, batch in sent)
        assert days and max(days.values()) == 1
        assert not [batch.not_before for _, batch in sent if is_quiet(batch.not_before)]
        for person in (home.cast.grandmother, home.cast.father, home.cast.other_mother):
            rows = session.exec(
                select(LessonRecord).where(LessonRecord.person_id == person).order_by(col(LessonRecord.id))
            ).all()
            mine = [row.lesson_id for row in rows if row.child_id in (home.cast.xiaoman, home.cast.xiaoyu)]
            assert mine == [lesson.id for lesson in course("6-12")][: len(mine)] and len(mine) >= 5

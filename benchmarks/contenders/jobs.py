"""python -m benchmarks.contenders.jobs COUNT: APScheduler with COUNT weekly jobs in a SQLAlchemy store, all due now.

The jobs do nothing: what is measured is that each is found, run, and given its next time, durably.
"""

import json
import sys
import tempfile
import threading
import time
from datetime import datetime, timedelta
from pathlib import Path

from apscheduler.events import EVENT_JOB_EXECUTED, EVENT_JOB_MISSED
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from models.base.clock import SHANGHAI, SystemClock


def lesson(number: int) -> None:
    """What would send a guardian's lesson."""


def main(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = SQLAlchemyJobStore(url=f"sqlite:///{Path(folder) / 'jobs.db'}")
        options = {"coalesce": True, "misfire_grace_time": 3600, "max_instances": 1}
        scheduler = BackgroundScheduler(jobstores={"default": store}, timezone=SHANGHAI, job_defaults=options)
        due: datetime = SystemClock().now().astimezone(SHANGHAI)
        scheduler.start(paused=True)
        for number in range(count):
            weekly = IntervalTrigger(weeks=1, start_date=due - timedelta(seconds=1), timezone=SHANGHAI)
            scheduler.add_job(lesson, weekly, args=(number,), id=str(number), next_run_time=due)
        done, left, counted = threading.Event(), [count], threading.Lock()

        def note(_event: object) -> None:
            with counted:
                left[0] -= 1
                if not left[0]:
                    done.set()

        scheduler.add_listener(note, EVENT_JOB_EXECUTED | EVENT_JOB_MISSED)
        began, cpu = time.perf_counter(), time.process_time()
        scheduler.resume()
        while not done.wait(1):
            pass
        while store.get_due_jobs(due):
            time.sleep(0.05)
        seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
        scheduler.shutdown()
    print(json.dumps({"rate": count / seconds, "cpu": cpu, "count": count}))


main(int(sys.argv[1]))

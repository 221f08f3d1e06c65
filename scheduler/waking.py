"""APScheduler, which wakes the rules, held to a rest that no jump of the machine's clock can make longer."""

from collections.abc import Callable

from apscheduler.schedulers.background import BackgroundScheduler

from models.base.clock import SHANGHAI, SystemClock


class Waker(BackgroundScheduler):  # type: ignore[misc]
    """Runs its jobs every `rest_seconds`, also after the clock was turned back.

    APScheduler keeps the next time of a job by the wall clock: turned back by an hour, a job of every ten seconds
    would rest for an hour. Here the loop, which waits by the monotonic clock, looks as often as jobs run, and what
    lies further ahead than one rest is due now.
    """

    def __init__(self, rest_seconds: float) -> None:
        # A late run is made up once: what is due is a query, so lateness has no limit here.
        defaults = {"coalesce": True, "misfire_grace_time": None, "max_instances": 1}
        super().__init__(timezone=SHANGHAI, job_defaults=defaults)
        self._rest = rest_seconds
        self._machine = SystemClock()

    def begin(self, job: Callable[[], object]) -> None:
        """Runs it at once and then regularly, in another thread."""
        self.add_job(job, "interval", seconds=self._rest, next_run_time=self._machine.now())
        self.start()

    def _process_jobs(self) -> float:
        """What every kind of scheduler calls to run what is due; returns the seconds to wait."""
        now = self._machine.now()
        for job in self.get_jobs():
            if (job.next_run_time - now).total_seconds() > self._rest:
                job.modify(next_run_time=now)
        wait = super()._process_jobs()
        return self._rest if wait is None else min(wait, self._rest)

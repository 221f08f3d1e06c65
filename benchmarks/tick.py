"""The scheduler's tick with a weekly lesson for each of 450,000 guardians, against a job of APScheduler for each."""

import statistics

from benchmarks.harness import Contender, Judgement, alternate, ratio, report

ROUNDS, GUARDIANS, JOBS = 3, 450_000, 10_000
IDLE_MS, TIMES_FASTER = 2.0, 200.0
_OURS, _PEER = "our tick, durable", "APScheduler, a job each, SQLAlchemy store"


def main(rounds: int = ROUNDS, share: float = 1.0) -> None:
    """All guardians are due at once; the peer has 10,000 jobs, that do nothing, or as many where it is less."""
    guardians = int(GUARDIANS * share)
    jobs = min(JOBS, guardians)
    contenders = (
        Contender(_OURS, "benchmarks.contenders.weekly", (str(guardians),)),
        Contender(_PEER, "benchmarks.contenders.jobs", (str(jobs),)),
    )
    found = alternate(contenders, rounds)
    idle = statistics.median(run["idle_ms"] for run in found[_OURS])
    minute = statistics.median(run["slice_ms"] for run in found[_OURS])
    slice_of = found[_OURS][0]["slice"]
    print(f"idle tick {idle:.2f} ms; one minute's slice ({slice_of} guardians) {minute:.0f} ms")
    judged = [
        Judgement("two_milliseconds/idle_tick", IDLE_MS / idle, 1.0),
        Judgement("one_minute/its_slice", 60_000 / minute, 1.0),
        Judgement("all_at_once/apscheduler", ratio(found, _OURS, _PEER), TIMES_FASTER),
    ]
    report("tick", found, judged, rounds=rounds, guardians=guardians, jobs=jobs, database="sqlite")

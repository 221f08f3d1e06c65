"""Scale: from an approved broadcast to its last outcome, for 1,000 to 450,000; each message shall cost the same."""

import statistics
import sys
from typing import Any

from benchmarks.harness import Contender, Judgement, report, run, sink
from benchmarks.towns import DATABASES, towns

SIZES, IN_FLIGHT, ROUNDS = (1_000, 10_000, 100_000, 450_000), 500, 1
LONGER, MORE_MB = 1.2, 50
TURNS, SHORT = 5, 10_000
"""What is over in a second is measured as often at least: one run of it says little."""


def main(rounds: int = ROUNDS, share: float = 1.0) -> None:
    sizes = [int(size * share) for size in SIZES]
    found: dict[str, list[dict[str, Any]]] = {}
    with towns() as built, sink(0) as fast:
        for database in DATABASES:
            for size in sizes:
                town = built.build(database, size)
                for turn in range(max(rounds, TURNS) if size <= SHORT else rounds):
                    url = built.copy(town)
                    arguments = (fast, str(size), str(IN_FLIGHT), "whole", url)
                    result = run(Contender(database, "benchmarks.contenders.ours", arguments))
                    found.setdefault(f"{size:,}, {database}", []).append(result)
                    print(f"  round {turn + 1} {size:,}, {database}: {result['rate']:,.0f}/s", file=sys.stderr)
                    built.drop(url)
                built.drop(town)
    judged = [one for database in DATABASES for one in _judged(found, database, sizes)]
    report("scale", found, judged, rounds=rounds, sizes=sizes, in_flight=IN_FLIGHT)


def _judged(found: dict[str, list[dict[str, Any]]], database: str, sizes: list[int]) -> list[Judgement]:
    def median(size: int, what: str) -> float:
        return float(statistics.median(one[what] for one in found[f"{size:,}, {database}"]))

    most = sizes[-1]
    slowest = min(median(most, "rate") / median(size, "rate") for size in sizes[:-1])
    grown = max(1.0, median(most, "rss_mb") - median(sizes[0], "rss_mb"))
    return [
        Judgement(f"rate of {most:,}/best rate of fewer, {database}", slowest, 1 / LONGER),
        Judgement(f"{MORE_MB}_mb/grown, {database}", MORE_MB / grown, 1),
    ]

"""Planning: 450,000 of 500,000 guardians become rows and batches, against the same rows through the ORM."""

import statistics
import sys
from typing import Any

from benchmarks.harness import Contender, Judgement, ratio, report, run
from benchmarks.towns import DATABASES, Towns, towns

MEANT, OTHERS, BY_ORM, ROUNDS = 450_000, 50_000, 20_000, 3
_MODULE = "benchmarks.contenders.planner"


def main(rounds: int = ROUNDS, share: float = 1.0) -> None:
    meant, others, by_orm = (int(people * share) for people in (MEANT, OTHERS, BY_ORM))
    found: dict[str, list[dict[str, Any]]] = {}
    with towns() as built:
        for database in DATABASES:
            town = built.build(database, meant, others)
            for turn in range(rounds):
                order = (("planner", meant, "plan"), ("ORM add_all", by_orm, "add_all"))
                for name, count, how in order if turn % 2 else reversed(order):
                    found.setdefault(f"{name}, {database}", []).append(_in_a_copy(built, town, name, count, how))
            built.drop(town)
    judged = []
    for database in DATABASES:
        ours = found[f"planner, {database}"]
        peer = ratio(found, f"planner, {database}", f"ORM add_all, {database}")
        judged += [
            Judgement(f"planner/add_all, {database}", peer, 20),
            Judgement(f"300_mb/planner, {database}", 300 / max(one["rss_mb"] for one in ours), 1),
            Judgement(f"second/preview, {database}", 1 / statistics.median(one["preview"] for one in ours), 1),
        ]
    report("plan", found, judged, rounds=rounds, meant=meant, others=others, by_orm=by_orm)


def _in_a_copy(built: Towns, town: str, name: str, count: int, how: str) -> dict[str, Any]:
    url = built.copy(town)
    result = run(Contender(name, _MODULE, (url, str(count), how)))
    built.drop(url)
    print(f"  {name}: {result['rate']:,.0f}/s", file=sys.stderr)
    return result

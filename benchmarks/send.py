"""Sending: how much of the sender's own speed is left when every outcome is durable, and how far the peers are."""

from benchmarks.harness import Contender, Judgement, alternate, halves, ratio, report, sink
from benchmarks.towns import towns

COUNT, PEER_COUNT, IN_FLIGHT, ROUNDS, LATENCY_MS = 10_000, 1_000, 500, 5, 50.0
_OURS, _PEER, _RAW = (f"benchmarks.contenders.{name}" for name in ("ours", "wechatpy_threads", "raw_loop"))


def main(rounds: int = ROUNDS) -> None:
    ours, rest = halves()
    with sink(LATENCY_MS) as slow, sink(0, rest) as fast, towns() as databases:
        number, flying = str(COUNT), str(IN_FLIGHT)
        contenders = (
            Contender("durable, SQLite", _OURS, (slow, number, flying, "durable")),
            Contender("durable, PostgreSQL", _OURS, (slow, number, flying, "durable"), database=databases.empty_server),
            Contender("no database", _OURS, (slow, number, flying, "bare")),
            Contender("wechatpy, 32 threads", _PEER, (slow, str(PEER_COUNT), "32")),
            Contender("raw uvloop", _RAW, (slow, number, flying)),
            Contender("durable, 0 ms, one core", _OURS, (fast, number, flying, "durable"), ours),
            Contender("wechatpy loop, 0 ms, one core", _PEER, (fast, str(PEER_COUNT), "1"), ours),
        )
        found = alternate(contenders, rounds)
    judged = [
        Judgement("durable/no_database", ratio(found, "durable, SQLite", "no database"), 0.95),
        Judgement("durable/no_database, PostgreSQL", ratio(found, "durable, PostgreSQL", "no database"), 0.90),
        Judgement("durable/wechatpy_32", ratio(found, "durable, SQLite", "wechatpy, 32 threads"), 18),
        Judgement("durable/raw_uvloop", ratio(found, "durable, SQLite", "raw uvloop"), 0.75),
        Judgement(
            "one_core/wechatpy_loop", ratio(found, "durable, 0 ms, one core", "wechatpy loop, 0 ms, one core"), 25
        ),
    ]
    settings = {"count": COUNT, "peer_count": PEER_COUNT, "in_flight": IN_FLIGHT, "latency_ms": LATENCY_MS}
    report("send", found, judged, rounds=rounds, **settings)

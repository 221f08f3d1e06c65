"""One contender a file: each does its work against a URL and prints its rate, its CPU seconds and its memory."""

import json
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def measured(count: int, **more: float) -> Iterator[None]:
    """Times what is inside and prints the result as the last line, with what else was measured."""
    wall, cpu = time.perf_counter(), time.process_time()
    yield
    seconds, cpu = time.perf_counter() - wall, time.process_time() - cpu
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    found = {"rate": count / seconds, "count": count, "seconds": seconds, "cpu": cpu, "rss_mb": memory}
    print(json.dumps(found | more))

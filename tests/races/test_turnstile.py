"""Two stores on one SQLite file, as two processes have them: whoever asks comes next, and a dead one is in no way."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.base import audit
from models.base.store import Store
from tests.waiting import PATIENCE

ASKED = 20
_HOLDS = """
import sys, pathlib, models.base.turnstile as t
with t.turnstile(pathlib.Path(sys.argv[1])):
    print("has it", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def other(sqlite_store: Store) -> Iterator[Store]:
    """The same file, opened by somebody else."""
    store = Store(sqlite_store.url, sqlite_store.clock, sqlite_store.vault)
    yield store
    store.close()


def write(store: Store) -> None:
    with store.write() as session:
        audit.record(session, "note", by=None, subject="unit", subject_id=1)


def test_who_asks_beside_one_that_never_rests_comes_after_a_piece_or_two(sqlite_store: Store, other: Store) -> None:
    pieces, over = 0, threading.Event()

    def never_rest() -> None:
        nonlocal pieces
        while not over.is_set():
            with sqlite_store.write() as session:
                audit.record(session, "piece", by=None, subject="unit", subject_id=1)
                session.flush()
                time.sleep(0.02)  # a piece of an import
            pieces += 1

    busy = threading.Thread(target=never_rest)
    busy.start()
    try:
        waited = []
        for _ in range(ASKED):
            before = pieces
            write(other)
            waited.append(pieces - before)
            time.sleep(0.01)  # somewhere else in the next piece
    finally:
        over.set()
        busy.join()
    often = sorted(waited)[: ASKED * 9 // 10]  # the machine may look at something else for a few pieces, now and then
    assert max(often) <= 3, waited


def test_a_process_that_was_killed_while_it_asked_is_in_nobodys_way(sqlite_store: Store) -> None:
    path = Path(sqlite_store.url.removeprefix("sqlite:///"))
    asking = subprocess.Popen(
        [sys.executable, "-c", _HOLDS, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert asking.stdin is not None and asking.stdout is not None
    with asking.stdin, asking.stdout:
        assert asking.stdout.readline() == "has it\n"
        waiting = threading.Thread(target=write, args=(sqlite_store,))
        waiting.start()
        waiting.join(0.2)
        assert waiting.is_alive()  # it does keep others out
        asking.kill()
        waiting.join(PATIENCE)
        assert not waiting.is_alive() and asking.wait(PATIENCE)

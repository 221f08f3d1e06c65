"""Has imported `python -m bot` once, and forks a process of its own for every command line that it is given."""

import json
import os
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.__main__ import main
from models.base.clock import SystemClock


def run(order: dict[str, Any]) -> int:
    """The command line in a process of its own; its exit status."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    status = 70
    try:
        os.chdir(str(order["folder"]))
        _go_by(timedelta(seconds=order["ahead"]))
        os.environ["COLUMNS"] = str(order["columns"])
        for name, number in (("stdin", 0), ("stdout", 1), ("stderr", 2)):
            flags = os.O_RDONLY if name == "stdin" else os.O_WRONLY | os.O_CREAT | os.O_TRUNC
            os.dup2(os.open(str(order[name]), flags, 0o600), number)
        main(order["args"], prog_name="python -m bot")
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _go_by(ahead: timedelta) -> None:
    """So far from the machine's own is the time in this process: nobody in the house asks for it elsewhere."""
    SystemClock.now = lambda _: datetime.now(UTC) + ahead  # type: ignore[method-assign, assignment]


print("ready", flush=True)
for line in sys.stdin:
    print(run(json.loads(line)), flush=True)

"""Progress of a broadcast for somebody who watches: how far, how fast, how long still, and how it ended for whom."""

import time
from typing import Any

from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskProgressColumn, TextColumn
from rich.table import Table

from models.base.store import Session, Store
from models.base.texts import say
from models.messaging.broadcasts import Broadcast
from models.messaging.hindrance import hindrance
from models.messaging.progress import progress, state_in_words
from models.messaging.status import numbers, status_document, time_left

_EVERY_SECONDS = 1.0
_RESTS_AS_LOOKS = 10
"""A city's rows take half a second to count: whoever watches shall not take a third of what sends."""
_LATELY_SECONDS = 30.0


def progress_line(session: Session, broadcast_id: int) -> str:
    """One line: state, how many reached, acknowledged, waiting, not reached."""
    found = session.get_one(Broadcast, broadcast_id)
    now, trouble = progress(session, found), hindrance(session, found)
    return say(
        "cli.progress",
        title=found.title,
        state=state_in_words(found),
        planned=f"{now.planned:,}",
        reached=f"{now.reached:,}",
        acknowledged=f"{now.acknowledged:,}",
        waiting=f"{now.waiting:,}",
        not_reached=f"{now.not_reached:,}",
        trouble=say("cli.progress_trouble", trouble=trouble) if trouble else "",
    )


def watch(store: Store, broadcast_id: int) -> None:
    """Shows a bar with the pace of the last half minute, and the outcomes, until it is finished: every second, or
    less often where a look takes long."""
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[pace]}"),
    )
    task = bar.add_task("", total=None, pace="")
    seen: list[tuple[float, int]] = []
    with Live(console=Console(), auto_refresh=False) as live:
        while True:
            began = time.monotonic()
            with store.read() as session:
                found = status_document(session, session.get_one(Broadcast, broadcast_id))
            here = time.monotonic()
            seen = [each for each in seen if here - each[0] < _LATELY_SECONDS] + [(here, found["settled"])]
            bar.update(
                task,
                description=say("cli.watching", title=found["title"], state=found["words"]["state"]),
                total=found["planned"],
                completed=found["settled"],
                pace=_pace(seen, found["waiting"]),
            )
            live.update(Group(bar, *_trouble(found), outcomes(found)), refresh=True)
            if found["finished_at"] is not None:
                return
            time.sleep(max(_EVERY_SECONDS, _RESTS_AS_LOOKS * (here - began)))


def outcomes(found: dict[str, Any]) -> Table:
    """How it ended for whom so far, and how the calls did."""
    table = Table.grid(padding=(0, 2))
    for _, name, number in numbers(found):
        table.add_row(name, f"{number:,}")
    return table


def _pace(seen: list[tuple[float, int]], waiting: int) -> str:
    (began, first), (here, last) = seen[0], seen[-1]
    rate = (last - first) / (here - began) if here > began else 0.0
    if rate <= 0 or not waiting:
        return ""
    return say("cli.progress_pace", rate=f"{rate:,.0f}", left=time_left(round(waiting / rate)))


def _trouble(found: dict[str, Any]) -> list[str]:
    return [found["words"]["trouble"]] if found["words"]["trouble"] else []

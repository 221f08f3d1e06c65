"""Progress of a broadcast for somebody who watches: how far, how fast, how long still, and how it ended for whom."""

import time

from rich.console import Console
from rich.live import Live
from rich.text import Text

from models.base.store import Session, Store
from models.base.texts import say
from models.messaging.broadcasts import Broadcast, progress

_EVERY_SECONDS = 1.0


def progress_line(session: Session, broadcast_id: int) -> str:
    """One line: state, how many reached, acknowledged, waiting, not reached."""
    found = session.get_one(Broadcast, broadcast_id)
    now = progress(session, found)
    return say(
        "cli.progress",
        title=found.title,
        state=say(f"announce.is_{found.state.value}"),
        planned=f"{now.planned:,}",
        reached=f"{now.reached:,}",
        acknowledged=f"{now.acknowledged:,}",
        waiting=f"{now.waiting:,}",
        not_reached=f"{now.not_reached:,}",
        trouble=say("cli.progress_trouble", trouble=found.trouble) if found.trouble else "",
    )


def watch(store: Store, broadcast_id: int) -> None:
    """Shows the line again every second, with the rate, until the broadcast is finished."""
    began: tuple[float, int] | None = None
    with Live(console=Console(), refresh_per_second=4) as live:
        while True:
            with store.read() as session:
                line = progress_line(session, broadcast_id)
                done = session.get_one(Broadcast, broadcast_id).finished_at is not None
                waiting = progress(session, session.get_one(Broadcast, broadcast_id)).waiting
            here = time.monotonic()
            began = began or (here, waiting)
            rate = (began[1] - waiting) / max(here - began[0], 0.001)
            if rate > 0 and waiting:
                line += say("cli.progress_pace", rate=f"{rate:,.0f}", seconds=f"{waiting / rate:,.0f}")
            live.update(Text(line))
            if done:
                return
            time.sleep(_EVERY_SECONDS)

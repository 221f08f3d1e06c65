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
    state = say(f"announce.is_{found.state.value}")
    return (
        f"《{found.title}》{state}：共 {now.planned:,}，已送到 {now.reached:,}，已知晓 {now.acknowledged:,}，"
        f"还在发 {now.waiting:,}，没送到 {now.not_reached:,}{'。' + found.trouble if found.trouble else ''}"
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
            pace = f"　每秒 {rate:,.0f} 条，还要约 {waiting / rate:,.0f} 秒" if rate > 0 and waiting else ""
            live.update(Text(line + pace))
            if done:
                return
            time.sleep(_EVERY_SECONDS)

"""Whoever has not answered a notice is reminded, and then phoned: each ladder that is due, one after the other."""

from collections.abc import Iterator

from models.base.store import Store
from models.messaging.ladder.climbing import climb, due_ladders
from scheduler.task import Made


def climb_ladders(store: Store) -> Iterator[Made]:
    """Every ladder that is due; one that fails does not keep the others waiting. Raises ExceptionGroup at the end."""
    with store.read() as session:
        due = due_ladders(session)
    failed: list[Exception] = []
    for broadcast_id in due:
        try:
            made = climb(store, broadcast_id)
        except Exception as error:
            failed.append(error)
            continue
        for rung, count in made.items():
            yield Made("ladder", rung, count, broadcast_id)
    if failed:
        raise ExceptionGroup("ladders, looked at again with the next tick", failed)

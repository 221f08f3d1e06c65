"""Freezes what was approved, as one process does it."""

from models.base.store import Store
from models.messaging.freezing.freezer import Freezer


def freeze_all(store: Store) -> None:
    """Until nothing is left to freeze. By one freezer: each other one would wait until its claim had run out."""
    freezer = Freezer(store)
    while freezer.step():
        pass

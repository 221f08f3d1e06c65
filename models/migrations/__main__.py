"""`python -m models.migrations "what changed"`: writes the next migration, for a developer to read and correct."""

import sys
import tempfile
from pathlib import Path

from models.base.clock import SystemClock
from models.base.seal import Vault
from models.base.store import Store
from models.migrations import revise, upgrade


def main(message: str) -> None:
    """Compares the tables with an empty database that had every migration so far."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{Path(folder)}/empty.db", SystemClock(), Vault(bytes(32)))
        upgrade(store.engine)
        revise(store.engine, message)
        store.close()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])

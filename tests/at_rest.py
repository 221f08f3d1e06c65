"""What somebody finds who carries the disk away, or is shown every table."""

import re
from pathlib import Path

from models.base.store import Store

_BYTES = re.compile(rb"\\\\x([0-9a-f]+)")


def at_rest(store: Store) -> bytes:
    """Every byte of the database's files. Those of PostgreSQL are written first; its log of changes is among them."""
    if store.on_sqlite:
        store.close()
        path = Path(store.url.removeprefix("sqlite:///"))
        return b"\n".join(file.read_bytes() for file in path.parent.glob(path.name + "*"))
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("CHECKPOINT")
        data = Path(str(connection.exec_driver_sql("SHOW data_directory").scalar_one()))
        number = connection.exec_driver_sql("SELECT oid FROM pg_database WHERE datname = current_database()")
        folders = (data / "base" / str(number.scalar_one()), data / "pg_wal")
    return b"\n".join(file.read_bytes() for folder in folders for file in folder.iterdir() if file.is_file())


def dumped(store: Store) -> bytes:
    """Every table of a PostgreSQL database as text, and its columns of bytes as they are beside it."""
    with store.engine.connect() as connection:
        tables = connection.exec_driver_sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").scalars()
        cursor = connection.connection.cursor()
        text = bytearray()
        for table in tables.all():
            with cursor.copy(f'COPY "{table}" TO STDOUT') as rows:
                for row in rows:
                    text += row
    return bytes(text) + b"\n".join(bytes.fromhex(found.decode()) for found in _BYTES.findall(text))

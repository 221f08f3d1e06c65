"""The migrated schema equals the tables."""

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlmodel import SQLModel

from models.base.clock import Clock
from models.base.seal import Vault
from models.base.store import Store
from models.migrations import behind, upgrade
from models.tables import ALL


def test_the_migrated_schema_equals_the_tables(tmp_path: Path, clock: Clock, vault: Vault) -> None:
    store = Store(f"sqlite:///{tmp_path}/migrated.db", clock, vault)
    assert behind(store.engine)
    upgrade(store.engine)
    assert not behind(store.engine)
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []
        made = set(connection.dialect.get_table_names(connection))
    assert {table.__tablename__ for table in ALL} == made - {"alembic_version"}
    store.close()

"""The migrated schema equals the tables."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlmodel import SQLModel

from benchmarks.servers import Postgres
from models.base.clock import Clock
from models.base.seal import Vault
from models.base.store import Store
from models.migrations import behind, upgrade
from models.tables import ALL
from tests.waiting import PATIENCE


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock, vault: Vault) -> Iterator[Store]:
    """A database without a table."""
    if request.param == "sqlite":
        store = Store(f"sqlite:///{tmp_path}/migrated.db", clock, vault)
    else:
        postgres: Postgres = request.getfixturevalue("postgres")
        store = Store(postgres.url(postgres.new_database()), clock, vault)
    yield store
    store.close()


_MIGRATE = "import sys, sqlalchemy, models.migrations as m; m.upgrade(sqlalchemy.create_engine(sys.argv[1]))"


def test_two_that_migrate_at_once_migrate_once(postgres: Postgres, clock: Clock, vault: Vault) -> None:
    url = postgres.url(postgres.new_database())
    both = [subprocess.Popen([sys.executable, "-c", _MIGRATE, url], cwd=Path(__file__).parents[1]) for _ in range(2)]
    assert [each.wait(PATIENCE) for each in both] == [0, 0]
    store = Store(url, clock, vault)
    assert not behind(store.engine)
    store.close()


def test_the_migrated_schema_equals_the_tables(empty: Store) -> None:
    store = empty
    assert behind(store.engine)
    upgrade(store.engine)
    assert not behind(store.engine)
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []
        made = set(connection.dialect.get_table_names(connection))
    assert {table.__tablename__ for table in ALL} == made - {"alembic_version"}

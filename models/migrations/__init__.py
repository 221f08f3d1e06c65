"""The history of the tables, by Alembic."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

_TURN = 20_270_601
"""The number of the lock that migrations hold; any number that nothing else locks."""


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config


def upgrade(engine: Engine) -> None:
    """Runs every migration that this database has not had, all of them or none."""
    config = _config()
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":  # of two that migrate at once, one finds it done
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_TURN})")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def revise(engine: Engine, message: str) -> None:
    """Writes the next migration, `0002_…`, from the difference between the tables and this database."""
    config = _config()
    number = 1 + len(list(ScriptDirectory.from_config(config).walk_revisions()))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.revision(config, message, autogenerate=True, rev_id=f"{number:04d}")


def behind(engine: Engine) -> bool:
    """Whether this database is not at the newest migration."""
    newest = ScriptDirectory.from_config(_config()).get_current_head()
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() != newest


def is_bare(engine: Engine) -> bool:
    """Whether no migration has ever run here."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() is None

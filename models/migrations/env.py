"""Runs migrations on the connection it is given."""

from alembic import context
from sqlmodel import SQLModel

from models.tables import ALL

if not ALL:
    raise RuntimeError("no tables were imported")

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=SQLModel.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()

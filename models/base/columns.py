"""What the columns of every table are made of: ids made in Python, aware times, words of an enum, references."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Enum, TypeDecorator, event
from sqlalchemy.dialects import sqlite
from sqlalchemy.orm import declared_attr
from sqlmodel import Field, SQLModel

from models.base.ids import new_id

BigId = BigInteger().with_variant(sqlite.INTEGER(), "sqlite")
"""63-bit ids; on SQLite the primary key must say INTEGER to be the row's own number."""


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC in and out; a naive time is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware times go in as UTC. Raises ValueError for a naive one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """What comes out is aware UTC again."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


@event.listens_for(Enum, "before_parent_attach")
def _plain_words(enum: Enum, _column: Any) -> None:
    """An enum is a column of words: a type of the server's own would need its owner's ALTER for each new word."""
    enum.native_enum = False


class Record(SQLModel):
    """The base of tables: an id made in Python, a snake_case table name."""

    id: int = Field(default_factory=new_id, primary_key=True, sa_type=BigId)

    @declared_attr.directive
    def __tablename__(cls) -> str:
        return "".join(f"_{c.lower()}" if c.isupper() else c for c in cls.__name__).lstrip("_")


def Ref(target: str, *, index: bool = True, **options: Any) -> Any:
    """A foreign key column, named by string: `child_id: int = Ref("child.id")`."""
    return Field(foreign_key=target, index=index, sa_type=BigId, **options)


def Moment(**options: Any) -> Any:
    """An aware UTC time column."""
    return Field(sa_type=UtcDateTime, **options)

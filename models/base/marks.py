"""What a database says of itself: that it is the demo's, and so no place for real children."""

from sqlmodel import Field, SQLModel

from models.base.store import Session


class Mark(SQLModel, table=True):
    """One thing the database knows about itself."""

    name: str = Field(primary_key=True, max_length=40)
    value: str = ""


def is_demo(session: Session) -> bool:
    """Whether this database was made by the demo."""
    return session.get(Mark, "demo") is not None


def mark_demo(session: Session) -> None:
    """Marks a database as the demo's, for good."""
    session.merge(Mark(name="demo"))

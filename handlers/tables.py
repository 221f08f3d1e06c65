"""What an exchange looks things up in; the router is one."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from handlers.chat import Foresee
from handlers.flow import Flow
from handlers.joining import Join
from handlers.undo import Undo


class Tables(Protocol):
    """The tables of one router."""

    @property
    def flows(self) -> Sequence[Flow]:
        """The intents, in order."""

    @property
    def undos(self) -> Mapping[str, Undo]:
        """What takes back."""

    @property
    def joins(self) -> Mapping[str, Join]:
        """What adds to a record."""

    @property
    def bureau(self) -> str:
        """Who we are."""

    @property
    def pages(self) -> str:
        """Where pages are."""

    @property
    def foresee(self) -> Foresee:
        """What an edit of the calendar moves."""

    def named(self, name: str) -> Flow | None:
        """The flow of that name."""

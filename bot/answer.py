"""What is answered to one HTTP request, and how its body is read: all that a callback needs of a web server."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

PLAIN, XML = "text/plain; charset=utf-8", "application/xml; charset=utf-8"

Header = tuple[str, str]
Read = Callable[[int], Awaitable[bytes]]
"""Reads a body of at most so many bytes. Raises BadCallback for one that is longer, read or declared, that is cut, or
that does not come in time."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, a short body of a kind that no browser takes for HTML, and what else the head says."""

    status: int
    body: bytes = b""
    kind: str = PLAIN
    headers: Sequence[Header] = ()

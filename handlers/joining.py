"""What joins a record just kept (a photo, place or voice sent within 10 minutes), by kind of record: the one table."""

from collections.abc import Callable

from handlers.chat import Chat
from handlers.said import Said
from handlers.staff.tasks import join_task
from handlers.teacher.log_visit import join_visit

Join = Callable[[Chat, int, Said], str | None]
"""Adds an image, voice or location to the record of that id and returns what to say; None: it does not belong there."""

JOINS: dict[str, Join] = {"visit": join_visit, "duty": join_task}

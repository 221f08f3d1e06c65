"""Whom a notice is for: an expression over children and guardians in one unit, always within the asker's scope."""

from models.messaging.audiences.conditions import celebrated
from models.messaging.audiences.people import (
    EVERYWHERE,
    ages,
    all_with_accounts,
    are_many,
    births,
    children,
    everyone,
    is_a_birthday,
    people,
    with_accounts,
)
from models.messaging.audiences.reasons import reasons
from models.messaging.audiences.whom import Audience, Where, from_json

__all__ = [
    "EVERYWHERE",
    "Audience",
    "Where",
    "ages",
    "all_with_accounts",
    "are_many",
    "births",
    "celebrated",
    "children",
    "everyone",
    "from_json",
    "is_a_birthday",
    "people",
    "reasons",
    "with_accounts",
]

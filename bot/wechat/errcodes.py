"""One table: what each errcode of the platform means, and what to do next.

The codes and their handling are those of Tencent's global return codes; those marked [M] are from memory. A code that
is not here is `UNKNOWN_ERROR`: the row is settled as failed with the code, and an operator looks.
"""

from dataclasses import dataclass
from enum import StrEnum

from models.base.texts import say


class Next(StrEnum):
    """What to do after an answer of the platform."""

    DONE = "done"
    """It has happened."""
    BACK_OFF = "back_off"
    """Try again a little later, with the same client_msg_id."""
    REFRESH_TOKEN = "refresh_token"  # noqa: S105
    """Compare, refresh the token once, try again."""
    OTHER_CHANNEL = "other_channel"
    """Not this way now; another channel may reach the person."""
    NEVER_THIS_PERSON = "never_this_person"
    """Terminal for this person; tell the mentor."""
    PAUSE_DAY = "pause_day"
    """The day's quota is spent: pause until the reset; rows stay."""
    PAUSE_MINUTE = "pause_minute"
    """Too many this minute: pause until the next; rows stay."""
    STOP_BROADCAST = "stop_broadcast"
    """What is being sent is wrong: stop this broadcast, tell an operator."""
    STOP_ALL = "stop_all"
    """The account or its settings are wrong: stop sending, tell an operator."""
    BEGIN_OAUTH_AGAIN = "begin_oauth_again"
    """The page's code is spent or wrong: send the browser through the platform once more."""
    UNKNOWN_ERROR = "unknown_error"
    """Not in the table."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What to do next, and the key of what an operator reads."""

    next: Next
    text: str


ERRCODES: dict[int, Meaning] = {
    0: Meaning(Next.DONE, "errcode.done"),
    45065: Meaning(Next.DONE, "errcode.mass_done"),
    -1: Meaning(Next.BACK_OFF, "errcode.busy"),
    45066: Meaning(Next.BACK_OFF, "errcode.mass_too_soon"),
    40001: Meaning(Next.REFRESH_TOKEN, "errcode.token_bad"),
    40014: Meaning(Next.REFRESH_TOKEN, "errcode.token_malformed"),
    42001: Meaning(Next.REFRESH_TOKEN, "errcode.token_expired"),
    40164: Meaning(Next.STOP_ALL, "errcode.ip_not_allowed"),
    61004: Meaning(Next.STOP_ALL, "errcode.ip_unknown"),
    40013: Meaning(Next.STOP_ALL, "errcode.app_id"),  # [M]
    40125: Meaning(Next.STOP_ALL, "errcode.app_secret"),  # [M]
    48001: Meaning(Next.STOP_ALL, "errcode.not_authorised"),
    48004: Meaning(Next.STOP_ALL, "errcode.banned"),
    40003: Meaning(Next.NEVER_THIS_PERSON, "errcode.openid"),
    43004: Meaning(Next.NEVER_THIS_PERSON, "errcode.not_following"),
    43019: Meaning(Next.NEVER_THIS_PERSON, "errcode.blacklisted"),
    50002: Meaning(Next.NEVER_THIS_PERSON, "errcode.frozen"),
    43101: Meaning(Next.OTHER_CHANNEL, "errcode.no_consent"),
    45015: Meaning(Next.OTHER_CHANNEL, "errcode.silent"),
    45047: Meaning(Next.OTHER_CHANNEL, "errcode.custom_spent"),
    40037: Meaning(Next.STOP_BROADCAST, "errcode.template"),
    47003: Meaning(Next.STOP_BROADCAST, "errcode.template_data"),
    45067: Meaning(Next.STOP_BROADCAST, "errcode.mass_id"),
    45009: Meaning(Next.PAUSE_DAY, "errcode.day_spent"),
    45011: Meaning(Next.PAUSE_MINUTE, "errcode.minute_spent"),
    40029: Meaning(Next.BEGIN_OAUTH_AGAIN, "errcode.code_bad"),
    40163: Meaning(Next.BEGIN_OAUTH_AGAIN, "errcode.code_used"),
}


def next_for(errcode: int) -> Next:
    """What to do after this errcode."""
    meaning = ERRCODES.get(errcode)
    return meaning.next if meaning else Next.UNKNOWN_ERROR


def explain(errcode: int) -> str:
    """One line for an operator, in Chinese, with the code."""
    meaning = ERRCODES.get(errcode)
    return say("errcode.with_code", meaning=say(meaning.text if meaning else "errcode.never_seen"), errcode=errcode)

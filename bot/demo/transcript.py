"""What the phones showed, one phone after another, as lines to read."""

from collections.abc import Iterator

from bot.demo.hand import Seen
from bot.demo.world import demo_phones
from models.base.clock import local


def transcript(ledger: list[Seen]) -> Iterator[str]:
    """Every phone with its day and year, oldest first."""
    for phone in demo_phones():
        yield f"\n===== {phone.label} ====="
        day = ""
        for seen in ledger:
            if seen.openid != phone.openid:
                continue
            if (here := f"{local(seen.at):%Y-%m-%d}") != day:
                day = here
                yield f"--- {day}"
            yield f"{local(seen.at):%H:%M} {_words(seen)}"


def _words(seen: Seen) -> str:
    if seen.direction == "in":
        return f"          > {seen.text or '［' + seen.kind + '］'}"
    if seen.fields:
        return f"[{seen.title}] {'｜'.join(seen.fields.values())}"
    return seen.text.replace("\n", "\n      ")

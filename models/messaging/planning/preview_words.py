"""A preview in words: whom it reaches by which ways, in what time at the quota, and who phones the others."""

from collections.abc import Iterator, Sequence
from typing import Any

from models.base.dates import moment_in_words
from models.base.store import Session
from models.base.texts import say
from models.messaging.audiences import from_json
from models.messaging.broadcasts import Broadcast
from models.messaging.outbox import Channel
from models.messaging.planning.audience_words import describe
from models.messaging.planning.counted import Forecast
from models.messaging.planning.forecast import Preview
from models.messaging.wording.voices import age_groups
from models.roster.people import Person

CALLERS_SHOWN = 3


def preview_facts(
    session: Session, broadcast: Broadcast, found: Forecast, callers_shown: int = CALLERS_SHOWN
) -> dict[str, Any]:
    """What a person must see before it goes out, as `announce.preview` says it: the card and the text of each voice
    that is meant, for whom, how many, and who cannot be reached and why."""
    seen, audience = found.seen, from_json(broadcast.audience)
    return {
        "title": broadcast.title,
        "urgency": broadcast.urgency,
        "to": describe(session, audience),
        "said": "\n\n".join(_voices(broadcast, audience.voices)) + ages_words(broadcast),
        "total": f"{seen.count:,}",
        "count": f"{seen.reachable:,}",
        "time": time_words(seen) + until_words(broadcast),
        "missed": missed_words(session, found, callers_shown),
    }


def _voices(broadcast: Broadcast, meant: Sequence[str]) -> Iterator[str]:
    """A block for each voice: what the phone shows of it, then its text; the same text is not said twice."""
    told = ""
    for voice in meant:
        card = say("preview.card", lines=" / ".join(broadcast.card_in(voice).values()))
        text = broadcast.text_in(voice)
        yield say("preview.voice", voice=voice, card=card, text=say("announce.same") if text == told else text)
        told = text


def time_words(seen: Preview) -> str:
    """3 分钟内发完。 or how many go today and how long the rest waits; then the ways, if there are several; before it
    that the platform takes no cards today."""
    if seen.closed_since is not None:
        return say("preview.closed", since=moment_in_words(seen.closed_since)) + "\n" + _times(seen)
    return _times(seen)


def _times(seen: Preview) -> str:
    if not seen.reachable:
        return say("preview.nobody")
    if seen.later:
        today = f"{seen.reachable - seen.later:,}"
        key = "preview.days" if seen.days else "preview.waits"
        text = say(key, today=today, later=f"{seen.later:,}", days=seen.days)
    else:
        text = say("preview.minutes", minutes=max(1, seen.minutes))
    if set(seen.channels) - {Channel.TEMPLATE}:
        ways = "，".join(f"{say(f'way.{channel.value}')} {count:,}" for channel, count in seen.channels.items())
        text += "\n" + say("preview.ways", ways=ways)
    return text


def ages_words(broadcast: Broadcast) -> str:
    """For which ages there are other words, to be seen by trying it on oneself; '' where there are none."""
    groups = age_groups(broadcast.by_age)
    shown = "、".join(f"{group.replace(' ', '、')}岁" for group in groups)
    return "\n" + say("preview.ages", ages=shown) if groups else ""


def until_words(broadcast: Broadcast) -> str:
    """Until when a hazard's notice is of use; '' for any other."""
    if broadcast.until is None:
        return ""
    return "\n" + say("preview.until", until=moment_in_words(broadcast.until))


def missed_words(session: Session, found: Forecast, callers_shown: int = CALLERS_SHOWN) -> str:
    """How many no message reaches, a line for each reason with who will be asked to phone them; '' where all have a
    way: 6 位没绑定：林老师 5 位，陈老师 1 位."""
    missed = sum(found.seen.unreachable.values())
    if not missed:
        return ""
    several = len(found.seen.unreachable) > 1
    lines = [say("preview.missed", count=f"{missed:,}")] if several else []
    for reason, count in sorted(found.seen.unreachable.items(), key=lambda each: -each[1]):
        callers = [(who, people) for who, people in found.phoning.get(reason, ()) if who is not None]
        parts = [
            say("preview.caller", name=session.get_one(Person, who).name, people=f"{people:,}")
            for who, people in callers[:callers_shown]
        ]
        more = sum(people for _, people in callers[callers_shown:])
        if more:
            others = len(callers) - callers_shown
            parts.append(say("preview.more_callers", teachers=others, people=f"{more:,}"))
        nobody = dict(found.phoning.get(reason, ())).get(None, 0)
        if nobody:
            parts.append(say("preview.no_caller", people=f"{nobody:,}"))
        why = say(f"reason.{reason}")
        facts = {"count": f"{count:,}", "why": why, "who": "，".join(parts)}
        lines.append(say("preview.reason", **facts) if several else say("preview.sole_reason", **facts))
    return "\n" + "\n".join(lines)

"""A preview in words: by which ways, in what time at the quota, and who will be asked to phone the others."""

from models.base.clock import local
from models.base.store import Session
from models.base.texts import say
from models.messaging.broadcasts import Broadcast
from models.messaging.forecast import Preview, to_be_phoned
from models.messaging.outbox import Channel
from models.messaging.voices import age_groups
from models.roster.people import Person

_CALLERS_SHOWN = 3


def time_words(seen: Preview) -> str:
    """3 分钟内发完。 or how many go today and how long the rest waits; then the ways, if there are several."""
    if seen.later:
        today = f"{seen.reachable - seen.later:,}"
        text = say("preview.days", today=today, later=f"{seen.later:,}", days=seen.days)
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
    at = local(broadcast.until)
    return "\n" + say("preview.until", day=f"{at.month}月{at.day}日", time=f"{at:%H:%M}")


def phoning_words(session: Session, broadcast: Broadcast, seen: Preview) -> str:
    """Who will be asked to phone those without a way: 林老师 12 位，陈老师 3 位; '' where everyone has one."""
    if not seen.unreachable:
        return ""
    callers = to_be_phoned(session, broadcast, seen.plan)
    named = [(mentor, people) for mentor, people in callers.items() if mentor is not None]
    parts = [
        say("preview.caller", name=session.get_one(Person, mentor).name, people=f"{people:,}")
        for mentor, people in named[:_CALLERS_SHOWN]
    ]
    more = sum(people for _, people in named[_CALLERS_SHOWN:])
    if more:
        parts.append(say("preview.more_callers", teachers=len(named) - _CALLERS_SHOWN, people=f"{more:,}"))
    if None in callers:
        parts.append(say("preview.no_mentor", people=f"{callers[None]:,}"))
    return say("preview.callers", who="，".join(parts))

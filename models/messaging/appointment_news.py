"""Who hears of an appointment: whoever has the duty now or no longer, whoever asked, and who may say yes to it."""

from models.base.clock import local
from models.base.dates import day_in_words
from models.base.store import Session
from models.base.texts import say
from models.messaging.words import tell
from models.roster.accounts import accounts_of
from models.roster.nominations import Nomination, seconds_of
from models.roster.people import WEIGHTY, Duty, Person, Staff
from models.roster.requests import WAITS, vouchers
from models.roster.units import Unit, label


def facts_of(session: Session, person: Person, unit: Unit, duty: Duty) -> dict[str, object]:
    """Who and what it is about, as its texts name them: `name`, `tail` of the phone, `unit`, `duty`."""
    tail = person.phone[-4:] or say("ask.none")
    return {"name": person.name, "tail": tail, "unit": label(session, unit), "duty": say(f"duty.{duty.value}")}


def facts_of_nomination(session: Session, nomination: Nomination) -> dict[str, object]:
    """The same of a nomination, who asked (`by`), and since when the person has an account (`bound`): nobody but
    themselves can say whether it is theirs."""
    person, unit = session.get_one(Person, nomination.person_id), session.get_one(Unit, nomination.unit_id)
    asker = session.get_one(Person, nomination.asked_by)
    return {**facts_of(session, person, unit, nomination.duty), "by": asker.name, "bound": _bound(session, person)}


def is_appointed(session: Session, staff: Staff, by: Person) -> str:
    """Tells the person; returns the words for whoever gave the duty, which say also how an unbound one gets in."""
    person, unit = session.get_one(Person, staff.person_id), session.get_one(Unit, staff.unit_id)
    facts = facts_of(session, person, unit, staff.duty)
    if person.id != by.id:
        _tell(session, person, say("appoint.told", by=by.name, **facts), f"appointed:{staff.id}")
    code = "" if accounts_of(session, person.id) else say("appoint.needs_code")
    return "\n".join(filter(None, (say("appoint.done", **facts), code)))


def is_dismissed(session: Session, staff: Staff, by: Person) -> None:
    """Tells the person, and of a weighty duty also everybody who vouches there."""
    person, unit = session.get_one(Person, staff.person_id), session.get_one(Unit, staff.unit_id)
    facts = {**facts_of(session, person, unit, staff.duty), "by": by.name}
    if person.id != by.id:
        _tell(session, person, say("appoint.told_ended", **facts), f"dismissed:{staff.id}")
    for each in vouchers(session, unit, person.id, by.id).values() if staff.duty in WEIGHTY else ():
        _tell(session, each, say("appoint.told_ended_others", **facts), f"dismissed:{staff.id}:{each.id}")


def ask_seconds(session: Session, nomination: Nomination) -> str:
    """Asks those who may say yes; returns their names."""
    seconds, text = seconds_of(session, nomination), say("appoint.please", **facts_of_nomination(session, nomination))
    for each in seconds:
        _tell(session, each, text, f"nominated:{nomination.id}:{each.id}")
    return "、".join(each.name for each in seconds)


def ask_seconds_again(session: Session, nomination: Nomination, days: int) -> int:
    """Reminds them that it has waited for so many days; returns how many they are."""
    seconds, facts = seconds_of(session, nomination), facts_of_nomination(session, nomination)
    text = say("appoint.still_waits", **facts, days=days, left=WAITS.days - days)
    for each in seconds:
        _tell(session, each, text, f"nominated:{nomination.id}:{each.id}:{days}")
    return len(seconds)


def tell_of_decision(session: Session, nomination: Nomination, staff: Staff | None, second: Person) -> None:
    """Tells whoever asked what the second person said, and the person of a yes."""
    asker, facts = session.get_one(Person, nomination.asked_by), facts_of_nomination(session, nomination)
    key = "appoint.denied_asker" if staff is None else "appoint.agreed_asker"
    lines = [say(key, second=second.name, **facts)]
    if staff is not None:
        lines.append(is_appointed(session, staff, asker))
    _tell(session, asker, "\n".join(lines), f"nomination:{nomination.id}")


def tell_of_lapsed_nomination(session: Session, nomination: Nomination) -> None:
    """Tells whoever asked what to do now."""
    facts = facts_of_nomination(session, nomination)
    asker = session.get_one(Person, nomination.asked_by)
    _tell(session, asker, say("appoint.lapsed", days=WAITS.days, **facts), f"nomination:{nomination.id}")


def _bound(session: Session, person: Person) -> str:
    days = [local(each.bound_at).date() for each in accounts_of(session, person.id) if each.bound_at]
    return say("appoint.bound", day=day_in_words(max(days), session.today)) if days else say("appoint.not_bound")


def _tell(session: Session, person: Person, text: str, key: str) -> None:
    tell(session, person, text, key=key, title=say("appoint.news_title"))

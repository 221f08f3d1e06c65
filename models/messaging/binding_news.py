"""Who hears of a binding: that an account was bound (the class teacher, the other guardian, the account that was theirs
before), that one waits for somebody's word, and that it has waited in vain."""

from collections.abc import Sequence

from sqlmodel import col

from models.base.store import Session
from models.base.texts import say
from models.messaging.outbox import Lane, post
from models.messaging.words import channel_now, tell, why_not, words_of
from models.roster.accounts import Account
from models.roster.binding import BindingRequest, Bound, Waiting, deciders_of
from models.roster.children import Child
from models.roster.people import Duty, Person, duties_of, staff_of
from models.roster.requests import WAITS
from models.roster.scope import full_scope
from models.roster.ties import guardians_of, wards_of
from models.roster.units import Unit


def tell_of_binding(session: Session, bound: Bound, *, cause: int, bureau: str, by: Person | None = None) -> None:
    """Tells everybody who should know; who gave the word (`by`) knows already."""
    person = bound.person
    known = {person.id, by.id if by else 0}
    for each, key in _hearers(session, person).values():
        if each.id not in known:
            text = say(key, name=person.name, who=who_is(session, person, each))
            tell(session, each, text, key=f"bound:{cause}:{each.id}", title=say("bind.news_title"))
    for openid in bound.replaced:
        tell_account(session, openid, say("bind.taken_over", bureau=bureau), key=f"taken_over:{cause}:{openid}")


def tell_deciders(session: Session, waiting: Waiting, *, cause: int) -> None:
    """Asks those who may say yes to look."""
    _tell_each(session, waiting.request, waiting.deciders, "bind.please_decide", f"decide:{cause}")


def ask_again(session: Session, request: BindingRequest, days: int) -> int:
    """Reminds those who may say yes that somebody has waited for so many days; returns how many they are."""
    deciders, left = deciders_of(session, request), WAITS.days - days
    _tell_each(session, request, deciders, "bind.still_waits", f"decide:{request.id}:{days}", days=days, left=left)
    return len(deciders)


def tell_of_lapse(session: Session, request: BindingRequest) -> None:
    """Tells the account what to do now, and those who might have said yes."""
    deciders = deciders_of(session, request)
    _tell_each(session, request, deciders, "bind.lapsed_staff", f"lapsed:{request.id}", days=WAITS.days)
    tell_account(session, request.openid, say("bind.lapsed", **lapse(deciders)), key=f"lapsed:{request.id}")


def lapse(deciders: Sequence[Person]) -> dict[str, object]:
    """What the text `bind.lapsed` names: whom to ask for a new code, and after how many days it was over."""
    return {"who": deciders[0].name if deciders else say("refused.the_school"), "days": WAITS.days}


def tell_account(session: Session, openid: str, text: str, *, key: str) -> None:
    """Words to an account that may be nobody's."""
    account = session.get(Account, openid)
    channel = channel_now(session, account)
    reason = why_not(session, channel)
    post(
        session,
        key=key,
        person_id=account.person_id if account else None,
        openid=None if reason else openid,
        kind="task",
        words=words_of(text, ""),
        channel=channel,
        lane=Lane.ANSWER,
        reason=reason,
    )


def who_is(session: Session, person: Person, reader: Person) -> str:
    """What somebody is to us: 张小满的奶奶, 帮扶教师. Of the children only those that the reader may see are named."""
    wards = {ward.child_id: ward for ward in wards_of(session, person.id)}
    seen = full_scope(session, reader).children(session).where(col(Child.id).in_(wards)).order_by(col(Child.id))
    kin = [say("bind.kin", child=child.name, relation=wards[child.id].relation) for child in session.exec(seen)]
    duties = [say(f"duty.{staff.duty}") for staff in duties_of(session, person.id)]
    return "、".join(dict.fromkeys([*duties, *kin[:2]]))


def _tell_each(
    session: Session, request: BindingRequest, deciders: Sequence[Person], text: str, key: str, **facts: object
) -> None:
    person = session.get_one(Person, request.person_id)
    for each in deciders:
        words = say(text, name=person.name, who=who_is(session, person, each), **facts)
        tell(session, each, words, key=f"{key}:{each.id}", title=say("bind.news_title"))


def _hearers(session: Session, person: Person) -> dict[int, tuple[Person, str]]:
    found: dict[int, tuple[Person, str]] = {}
    for ward in wards_of(session, person.id):
        child = session.get_one(Child, ward.child_id)
        for other in guardians_of(session, child.id):
            found.setdefault(other.person_id, (session.get_one(Person, other.person_id), "bind.told_guardian"))
        for teacher in staff_of(session, session.get_one(Unit, child.unit_id), Duty.CLASS_TEACHER):
            found[teacher.id] = (teacher, "bind.told_staff")
    for staff in duties_of(session, person.id):
        unit = session.get_one(Unit, staff.unit_id)
        for nearest in [each for each in staff_of(session, unit, Duty.ADMIN, above=True) if each.id != person.id][:1]:
            found[nearest.id] = (nearest, "bind.told_staff")
    return found

"""Every other family of the demo's roster: in the script they bind on one day and then answer what they get."""

from collections.abc import Iterable

from sqlmodel import col, select

from bot.demo.hand import Seen
from bot.demo.playing import Playing
from models.base.facts import holding
from models.base.texts import say
from models.messaging.acknowledgements import acknowledge_latest
from models.messaging.wording.notices import notices
from models.roster.accounts import Account, heard
from models.roster.consent import give_consent
from models.roster.ties import Guardianship


def join_all(playing: Playing) -> None:
    """Binds every guardian who has no account, with a phone that follows and no place on the page."""
    with playing.house.store.write() as session:
        bound = select(Account.person_id).where(col(Account.person_id).is_not(None))
        ties = holding(Guardianship, session.today).where(col(Guardianship.person_id).not_in(bound))
        people = sorted({tie.person_id for tie in session.exec(ties)})
    playing.hand.add_phones([_openid(person_id) for person_id in people])
    with playing.house.store.write() as session:
        for person_id in people:
            heard(session, _openid(person_id), spoke=False)
            account = session.get_one(Account, _openid(person_id))
            account.person_id, account.bound_at = person_id, session.now
            give_consent(session, person_id)


def answer_notices(playing: Playing, shown: Iterable[Seen], guardians: Iterable[str]) -> None:
    """Whoever was shown a notice says that they know: on the phones of the page by typing, the others without."""
    cards = {card["thing1"] for notice in notices().values() for card in notice.cards}
    readers = {seen.openid for seen in shown if seen.direction == "out" and seen.fields.get("thing1") in cards}
    for openid in sorted(readers.intersection(guardians)):
        playing.hand.say(openid, say("page.acknowledge"))
    others = sorted(openid for openid in readers if openid.startswith(_FAMILY))
    if others:
        with playing.house.store.write() as session:
            for openid in others:
                while acknowledge_latest(session, int(openid.removeprefix(_FAMILY))):
                    pass


_FAMILY = "demo-family-"


def _openid(person_id: int) -> str:
    return f"{_FAMILY}{person_id}"

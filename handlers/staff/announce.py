"""发通知: an administrator chooses a notice or writes one, and says for whom; a draft is what comes of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from handlers.chat import Chat
from handlers.dialogue import Dialogue, Go
from handlers.flow import flow
from handlers.opening import Opening
from handlers.prompts import Pick, Text
from handlers.prompts.prompt import Got, Turn
from handlers.staff.asking import notice_names
from handlers.staff.drafts import handle
from handlers.staff.hazard import announce_hazard
from handlers.staff.which_unit import WhichUnit
from models.base.errors import Refused
from models.messaging.audiences import Audience, Where
from models.messaging.broadcasts import WRITERS, Urgency
from models.messaging.planning import audience_words
from models.messaging.planning.planner import draft, own_words
from models.messaging.wording import series
from models.messaging.wording.notices import Notice, notices
from models.roster.scope import duty_scope
from models.roster.units import Unit, label

OWN, HAZARD = "own", "hazard"


class To(StrEnum):
    """Whom a notice is for, in one touch."""

    ALL = "全部监护人"
    HOME = "在家的监护人"
    AWAY = "在外的监护人"
    SOME = "挑一挑（学校、年龄、类别）"


_WHERE = {To.ALL: Where.ALL, To.HOME: Where.HOME, To.AWAY: Where.AWAY}


@dataclass(frozen=True)
class _Choice:
    id: str
    label: str
    also: tuple[str, ...] = ()


class _Which(Pick[_Choice]):
    """Which notice. Words that follow 发通知 and name none are not passed over in silence: part of a name shows those
    that have it, words that say for whom wait for that question, anything else is said to be no notice's name, with
    what to write."""

    def claim(self, turn: Turn, opening: Opening) -> Got | None:
        """The notice of that name; else the view keeps what was not found for the one time that it is said."""
        claimed = super().claim(turn, opening)
        if claimed is not None or not opening.left or "among" in turn.view:
            return claimed
        for index, word in enumerate(opening.left):
            if _for_whom(turn.chat, [word]) and (found := self.options.find(word)):
                turn.view["among"] = [option.ident for option in found]
                opening.take(index)
                return None
        units = WhichUnit(turn.chat)
        others = [word for word in opening.left if not units.partly_named(word)]
        if why := _for_whom(turn.chat, others) if others else None:
            words = opening.take_all()
            not_yours = why.key == "broadcast.not_your_unit"
            turn.view["line"] = (
                turn.chat.say(why.key, **why.params) if not_yours else turn.chat.say("announce.unknown", said=words)
            )
        return None


class _To(Pick[To]):
    """Whom it is for. What else the line says of them is taken for it, and never passed over in silence."""

    def __init__(self, home: Unit, called: str, notice: str) -> None:
        super().__init__("announce.to", To, title=notice, unit=called)
        self.home = home

    def claim(self, turn: Turn, opening: Opening) -> Got | None:
        """Some, where the rest of the line says which; they are read at the next question."""
        if not opening.left:
            return None
        if _for_whom(turn.chat, opening.left, self.home) is None:
            return Got(To.SOME.name)
        turn.view["line"] = turn.chat.say("announce.for_whom", said=opening.take_all())
        return None


@flow("发通知", "写通知", duty=tuple(WRITERS), menu="announce.menu", names=notice_names)
def announce(chat: Chat) -> Dialogue:
    """Puts a draft together and goes on to it."""
    chosen = yield from _Which("announce.which", _choices(chat), words=lambda choice: choice.also)
    if chosen.id == HAZARD:
        return Go(announce_hazard.name)
    if chosen.id == OWN:
        title = yield from Text("announce.title", at_most=20)
        words = yield from Text("announce.words", at_most=200)
        away = yield from Text("announce.words_away", at_most=200, optional=True)
        urgency = yield from Pick("announce.urgency", Urgency)
        notice = own_words(title.text, words.text, away.text, urgency)
    else:
        notice = notices()[chosen.id]
    unit = yield from WhichUnit(chat)
    to = yield from _To(unit, label(chat.session, unit), notice.title)
    audience = Audience(unit.id, where=_WHERE.get(to, Where.ALL))
    if to is To.SOME:
        words = yield from Text("announce.some")
        scope = duty_scope(chat.session, chat.me, WRITERS)
        audience = audience_words.parse(chat.session, scope, words.text, unit)
    broadcast = draft(chat.session, chat.me, notice, audience, dedupe_key=f"chat:{chat.cause}")
    return Go("see_draft", handle(broadcast))


def _for_whom(chat: Chat, words: Sequence[str], home: Unit | None = None) -> Refused | None:
    """Why the words do not say for whom a notice is; None where they do."""
    scope = duty_scope(chat.session, chat.me, WRITERS)
    try:
        audience_words.parse(chat.session, scope, " ".join(words), home)
    except Refused as refused:
        return refused
    return None


def _choices(chat: Chat) -> list[_Choice]:
    """One's own words, hazards, the notices of the year, and last the parts of the series with their places."""
    places = series.places()
    ready = [n for n in notices().values() if n.id not in places]
    return [
        _Choice(OWN, chat.say("announce.own")),
        _Choice(HAZARD, chat.say("announce.hazard")),
        *(_Choice(n.id, f"《{n.title}》", tuple(n.card.values())) for n in ready),
        *(_part(notices()[name], place) for name, place in places.items()),
    ]


def _part(notice: Notice, place: series.Place) -> _Choice:
    label = f"《{notice.title}》（{place.series.title}{place.number}）"
    return _Choice(notice.id, label, tuple(notice.card.values()))

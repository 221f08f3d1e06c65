"""发通知: an administrator chooses a notice or writes one, and says for whom; a draft is what comes of it."""

from dataclasses import dataclass
from enum import StrEnum

from handlers.chat import Chat
from handlers.dialogue import Dialogue, Go
from handlers.flow import flow
from handlers.opening import Opening
from handlers.prompts import Pick, Text
from handlers.prompts.prompt import Got, Turn
from handlers.staff.asking import notice_names, which_unit
from handlers.staff.drafts import handle
from handlers.staff.hazard import announce_hazard
from models.messaging.audiences import Audience, Where
from models.messaging.broadcasts import WRITERS, Urgency
from models.messaging.planning import audience_words
from models.messaging.planning.planner import draft, own_words
from models.messaging.wording import series
from models.messaging.wording.notices import Notice, notices
from models.roster.scope import duty_scope
from models.roster.units import label

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
    that have it, anything else is said to be no notice's name, with what to write."""

    def claim(self, turn: Turn, opening: Opening) -> Got | None:
        """The notice of that name; else the view keeps what was not found for the one time that it is said."""
        claimed = super().claim(turn, opening)
        if claimed is None and opening.left and "among" not in turn.view:
            if found := self.options.find(opening.left[0]):
                turn.view["among"] = [option.ident for option in found]
                opening.take(0)
            else:
                turn.view["unknown"] = opening.take_all()
        return claimed

    def ask(self, turn: Turn) -> str:
        """The question, after what was not found."""
        asked = super().ask(turn)
        unknown = turn.view.pop("unknown", None)
        return asked if unknown is None else f"{turn.chat.say('announce.unknown', said=unknown)}\n{asked}"


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
    scope = duty_scope(chat.session, chat.me, WRITERS)
    unit = yield from which_unit(chat)
    to = yield from Pick("announce.to", To, title=notice.title, unit=label(chat.session, unit))
    audience = Audience(unit.id, where=_WHERE.get(to, Where.ALL))
    if to is To.SOME:
        words = yield from Text("announce.some")
        audience = audience_words.parse(chat.session, scope, words.text, unit)
    broadcast = draft(chat.session, chat.me, notice, audience, dedupe_key=f"chat:{chat.cause}")
    return Go("see_draft", handle(broadcast))


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

"""预警: whoever was told of words of danger reads them, takes them on, notes what was done, and closes."""

from dataclasses import dataclass
from enum import StrEnum

from handlers.chat import Chat
from handlers.dialogue import Dialogue, Kept, Told
from handlers.flow import Who, flow
from handlers.prompts import Pick, Text
from models.base.clock import local
from models.care import alerts
from models.care.alerts import Alert
from models.roster.labels import labels
from models.roster.people import Person
from models.roster.ties import wards_of


class Act(StrEnum):
    """What can be done about one."""

    TAKE = "我来处理"
    CONTACTED = "已联系"
    CLOSE = "关闭预警"


@dataclass(frozen=True)
class _Row:
    """An alert as the list shows it: when and who, not what."""

    id: int
    label: str


@flow("预警", who=Who.STAFF, menu="alert.menu")
def see_alert(chat: Chat) -> Dialogue:
    """Shows one alert with what is known and what to answer."""
    chosen = yield from Pick("alert.which", _mine(chat), sole=True, empty="alert.none")
    alert = alerts.read_alert(chat.session, chat.me, chosen.id)
    return Told("alert.details", _details(chat, alert))


@flow("我来处理", "已联系", "关闭预警", who=Who.STAFF, knows_of_danger=True)
def handle_alert(chat: Chat) -> Dialogue:
    """One step in one alert; the word that opened it says which."""
    chosen = yield from Pick("alert.which", _mine(chat), sole=True, empty="alert.none")
    act = yield from Pick("alert.what", Act)
    if act is Act.TAKE:
        alert = alerts.read_alert(chat.session, chat.me, chosen.id)
        alerts.take_alert(chat.session, chat.me, alert)
        return Kept("alert.yours", _details(chat, alert))
    note = yield from Text("alert.contacted_whom" if act is Act.CONTACTED else "alert.how_is_it")
    alert = alerts.read_alert(chat.session, chat.me, chosen.id)
    if act is Act.CONTACTED:
        alerts.note_contact(chat.session, chat.me, alert, note.text)
        return Kept("alert.noted")
    alerts.close_alert(chat.session, chat.me, alert, note.text)
    return Kept("alert.closed")


def _mine(chat: Chat) -> list[_Row]:
    return [_Row(alert.id, f"{_when(alert)} {_who(chat, alert)}（{_owner(chat, alert)}）") for alert in _open(chat)]


def _open(chat: Chat) -> list[Alert]:
    return list(alerts.open_alerts(chat.session, chat.me))


def _details(chat: Chat, alert: Alert) -> dict[str, object]:
    children = alerts.children_of(chat.session, alert, chat.me)
    phone = chat.session.get_one(Person, alert.person_id).phone if alert.person_id else ""
    steps = [f"{local(step.at):%H:%M} {step.note}" for step in alerts.steps_of(chat.session, alert) if step.note]
    more = [chat.say("alert.phone", phone=phone)] if phone else []
    more += [chat.say("alert.children", names="、".join(labels(chat.session, children).values()))] if children else []
    return {
        "when": _when(alert),
        "who": _who(chat, alert),
        "words": alert.words,
        "more": "\n".join([*more, *steps]),
        "owner": _owner(chat, alert),
    }


def _when(alert: Alert) -> str:
    at = local(alert.raised_at)
    return f"{at.month}月{at.day}日 {at:%H:%M}"


def _who(chat: Chat, alert: Alert) -> str:
    """The sender, and as whom: 张桂花（奶奶）."""
    if alert.person_id is None:
        return chat.say("alert.unbound")
    person = chat.session.get_one(Person, alert.person_id)
    relations = dict.fromkeys(tie.relation for tie in wards_of(chat.session, person.id))
    return f"{person.name}（{'、'.join(relations)}）" if relations else person.name


def _owner(chat: Chat, alert: Alert) -> str:
    if alert.owner_id is None:
        return chat.say("alert.nobody_yet")
    return chat.say("alert.owned", name=chat.session.get_one(Person, alert.owner_id).name)

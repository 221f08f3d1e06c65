"""预警: whoever was told of words of danger reads them, takes them on, notes what was done, and closes."""

from dataclasses import dataclass
from enum import StrEnum

from handlers.chat import Chat
from handlers.dialogue import Dialogue, Go, Kept
from handlers.flow import Who, flow
from handlers.prompts import Pick, Text
from handlers.prompts.prompt import Outcome, Turn, missed
from handlers.said import Said
from models.base.clock import local
from models.base.dates import moment_in_words
from models.base.errors import Refused
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
    """An alert as the list shows it: when and who, not what; and who owns it."""

    id: int
    label: str
    owner_id: int | None


class _What(Pick[Act]):
    """What is done; 预警 is the list again, and no part of 关闭预警."""

    def read(self, turn: Turn, said: Said) -> Outcome:
        """One of the acts."""
        return missed(turn, "ask.again", said) if see_alert.is_called(said.text) else super().read(turn, said)


@flow("预警", who=Who.STAFF, menu="alert.menu")
def see_alert(chat: Chat) -> Dialogue:
    """Shows one alert with what is known, and goes on to what is done about it."""
    chosen = yield from _which(chat)
    alert = alerts.read_alert(chat.session, chat.me, chosen.id)
    return Go(handle_alert.name, _handle(chosen.id), "alert.details", _details(chat, alert))


@flow("处理预警", "我来处理", "已联系", "关闭预警", who=Who.STAFF, knows_of_danger=True, fleeting=True)
def handle_alert(chat: Chat) -> Dialogue:
    """One step in one alert after the other, until it is closed; the word that opened it says which comes first."""
    chosen = yield from _which(chat)
    mine = chosen.owner_id == chat.me.id
    act = yield from _What("alert.what", [each for each in Act if not (mine and each is Act.TAKE)])
    if act is Act.CLOSE and not mine:
        raise Refused("alert.only_owner")
    if act is Act.TAKE:
        alert = alerts.read_alert(chat.session, chat.me, chosen.id)
        alerts.take_alert(chat.session, chat.me, alert)
        return Go(handle_alert.name, _handle(alert.id), "alert.yours", _details(chat, alert))
    note = yield from Text("alert.contacted_whom" if act is Act.CONTACTED else "alert.how_is_it")
    alert = alerts.read_alert(chat.session, chat.me, chosen.id)
    if act is Act.CONTACTED:
        alerts.note_contact(chat.session, chat.me, alert, note.text)
        return Go(handle_alert.name, _handle(alert.id), "alert.noted")
    alerts.close_alert(chat.session, chat.me, alert, note.text)
    return Kept("alert.closed")


def _which(chat: Chat) -> Pick[_Row]:
    return Pick("alert.which", _mine(chat), words=lambda row: (_handle(row.id),), sole=True, empty="alert.none")


def _handle(alert_id: int) -> str:
    """The word by which the one flow hands an alert to the other."""
    return f"alert{alert_id}"


def _mine(chat: Chat) -> list[_Row]:
    """Those still open; two of one minute and sender are told apart by which came first."""
    found = alerts.open_alerts(chat.session, chat.me)
    labels_of = {each.id: f"{_when(each)} {_who(chat, each)}（{_owner(chat, each)}）" for each in found}
    rows = []
    for each in found:
        alike = sorted(other for other, label in labels_of.items() if label == labels_of[each.id])
        nth = chat.say("alert.nth", nth=alike.index(each.id) + 1) if len(alike) > 1 else ""
        rows.append(_Row(each.id, labels_of[each.id] + nth, each.owner_id))
    return rows


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
    return moment_in_words(alert.raised_at)


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

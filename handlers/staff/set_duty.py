"""布置任务: an administrator sets a kind of duty for a unit and what is below it, or stops it."""

from dataclasses import dataclass

from sqlmodel import col

from handlers.chat import Chat
from handlers.dialogue import Dialogue, Kept
from handlers.flow import flow
from handlers.prompts import Confirm, Pick
from handlers.staff.which_unit import OwnUnit
from models.care.duties.kinds import Kind, kinds
from models.care.duties.orders import end_duty, orders_of, set_duty
from models.roster.people import Duty
from models.roster.scope import admin_scope
from models.roster.units import Unit, UnitKind, labels


@dataclass(frozen=True)
class _Choice:
    id: str
    label: str
    kind: Kind


@flow("布置任务", "布置", duty=Duty.ADMIN, menu="duties.set_menu")
def set_duties(chat: Chat) -> Dialogue:
    """For which unit, which kind; one that is set already is stopped."""
    scope = admin_scope(chat.session, chat.me)
    units = chat.session.exec(scope.units().where(col(Unit.kind).not_in((UnitKind.GRADE,)))).all()
    called = labels(chat.session, units)
    unit = yield from OwnUnit(chat, "duties.set_unit", units, name=lambda u: called[u.id])
    running = {order.kind: order for order in orders_of(chat.session, unit)}
    choices = [_Choice(each.id, _title(chat, each, each.id in running), each) for each in kinds().values()]
    kind = (yield from Pick("duties.set_which", choices, words=lambda choice: (choice.kind.title,))).kind
    order = running.get(kind.id)
    place = called[unit.id]
    if order is not None:
        yield from Confirm("duties.stop_read_back", unit=place, title=kind.title)
        end_duty(chat.session, chat.me, order)
        return Kept("duties.stopped")
    who = chat.say(f"duty.{kind.owner.value}")
    yield from Confirm("duties.set_read_back", unit=place, title=kind.title, do=kind.do, who=who)
    set_duty(chat.session, chat.me, unit, kind)
    return Kept("duties.set")


def _title(chat: Chat, kind: Kind, already: bool) -> str:
    return chat.say("duties.set_already", title=kind.title) if already else kind.title

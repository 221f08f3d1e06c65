"""Steps that broadcast stories share: a notice, its way to sending, and what became of whom."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlmodel import select

from models.base.errors import Refused
from models.base.store import Session, Store
from models.base.texts import say
from models.messaging.approval import approve, ask_approval
from models.messaging.audiences import Audience
from models.messaging.broadcasts import Broadcast, Urgency
from models.messaging.outbox import Channel, Delivery, State
from models.messaging.outlets import AccountKind, note_quota, open_outlets
from models.messaging.planning.planner import draft
from models.messaging.wording.notices import Notice
from models.roster.people import Person
from tests.cast import Cast

WATER = Notice(
    id="drowning",
    title="天热了，看住水",
    urgency=Urgency.IMPORTANT,
    useful_for=timedelta(days=7),
    quiet="wait",
    card={"thing1": "防溺水：六不记牢", "thing2": "孩子出门，问清四句"},
    card_away={"thing2": "今天打电话，问他三句"},
    home="天热了，孩子爱玩水。\n看完请回1。",
    away="您不在家，请今天打一个电话。\n看完请回1。",
    page="",
)
FLOOD = Notice(**{**vars(WATER), "urgency": Urgency.URGENT, "quiet": "through"})


@contextmanager
def refused(key: str) -> Iterator[None]:
    """The step is refused with this text, and the text can be said."""
    with pytest.raises(Refused) as refusal:
        yield
    assert refusal.value.key == key
    assert say(key, **refusal.value.params)


def drafted(session: Session, cast: Cast, notice: Notice = WATER, *, key: str = "click-1") -> Broadcast:
    wang = session.get_one(Person, cast.wang)
    return draft(session, wang, notice, Audience(unit_id=cast.school), dedupe_key=key)


def approved(session: Session, cast: Cast, notice: Notice = WATER, *, key: str = "click-1") -> Broadcast:
    """A broadcast of 王主任's that 李局长 has approved."""
    broadcast = drafted(session, cast, notice, key=key)
    ask_approval(session, broadcast, session.get_one(Person, cast.wang))
    typed = broadcast.planned_count
    approve(session, broadcast, session.get_one(Person, cast.li), broadcast.digest, typed)
    return broadcast


def outcomes(store: Store, broadcast_id: int) -> dict[int | None, tuple[State, str]]:
    """State and reason by person."""
    with store.read() as session:
        rows = session.exec(select(Delivery).where(Delivery.broadcast_id == broadcast_id))
        return {row.person_id: (State(row.state), row.reason) for row in rows}


def states(store: Store, broadcast: int) -> Counter[State]:
    return Counter(state for state, _ in outcomes(store, broadcast).values())


def spend_templates(session: Session, left_today: int = 0, *, subscribe: str = "") -> None:
    open_outlets(session, AccountKind.SERVICE, subscribe)
    note_quota(session, Channel.TEMPLATE, 100, left_today)

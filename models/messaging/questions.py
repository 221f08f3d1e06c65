"""A question asked with 人工 goes to one member of staff, who rings back from a page of their own."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, select

from models.base import audit
from models.base.columns import Moment, Record, Ref
from models.base.seal import put_sealed
from models.base.store import Session
from models.base.texts import say
from models.messaging.ladder.calling import masked
from models.messaging.links import page_token
from models.messaging.outbox import Delivery
from models.messaging.words import tell
from models.roster.people import Person, duties_of
from models.roster.scope import duty_scope, full_scope
from models.roster.ties import wards_of
from models.roster.units import Unit

DIALLED_FOR = timedelta(days=14)
"""How long the page of a question has the number: afterwards it is in the roster, for those who keep it."""


class Question(Record, table=True):
    """Who asked, and the message that passed it on. The words are that message's."""

    asker_id: int = Ref("person.id")
    page_id: int = Ref("delivery.id", unique=True)
    asked_at: datetime = Moment()


@dataclass(frozen=True)
class Asker:
    """Who is to be rung. `words` are what the page says, `phone` what it dials, '' where there is none to be shown."""

    question_id: int
    phone: str
    words: str

    @property
    def masked(self) -> str:
        """As people see the number."""
        return masked(self.phone)


def pass_question(session: Session, asker: Person, reader: Person, words: str, *, key: str, pages: str) -> None:
    """Tells the reader what was asked, with the asker's number masked and the address of the page that dials it.

    `pages` is where pages are, `https://…/p/`, '' where there are none. The same key passes it on once.
    """
    phone = say("human.phone", phone=masked(asker.phone)) if asker.phone else say("human.no_phone")
    text = say("human.for_you", name=asker.name, words=words, phone=phone)
    told = tell(session, reader, text, key=key, title=say("human.title"))
    if session.exec(select(Question.id).where(Question.page_id == told.id)).first() is not None:
        return
    if asker.phone and pages:
        dial = say("calls.dial", link=pages + page_token(session, told.id))
        said = told.words | {"text": f"{text}\n{dial}", "asked": text}
        put_sealed(session, told, "words", json.dumps(said, ensure_ascii=False))
        session.add(told)
    question = Question(asker_id=asker.id, page_id=told.id, asked_at=session.now)
    session.add(question)
    audit.record(session, "pass_question", by=asker.id, subject="question", subject_id=question.id, reader=reader.id)


def asker_of(session: Session, delivery: Delivery) -> Asker | None:
    """Whom the page of this message rings; None where it passes on no question.

    The number is there for `DIALLED_FOR`, while the asker or a child of theirs is still in the reader's scope.
    """
    question = session.exec(select(Question).where(Question.page_id == delivery.id)).one_or_none()
    if question is None or delivery.person_id is None:
        return None
    asker, reader = session.get_one(Person, question.asker_id), session.get_one(Person, delivery.person_id)
    fresh = session.now < question.asked_at + DIALLED_FOR
    phone = asker.phone if fresh and _in_scope(session, reader, asker) else ""
    said = delivery.words
    words = said.get("asked", said["text"]) + ("\n" + say("human.not_shown") if asker.phone and not phone else "")
    return Asker(question.id, phone, words)


def note_opened(session: Session, delivery: Delivery) -> None:
    """Keeps in the audit that the reader saw the page of a question, and so the number; nothing for other pages."""
    asker = asker_of(session, delivery)
    if asker is not None and asker.phone:
        reader = delivery.person_id
        audit.record(session, "see_askers_number", by=reader, subject="question", subject_id=asker.question_id)


def _in_scope(session: Session, reader: Person, asker: Person) -> bool:
    wards = [tie.child_id for tie in wards_of(session, asker.id)]
    if wards:
        children = full_scope(session, reader).children(session).subquery()
        return session.exec(select(children.c.id).where(col(children.c.id).in_(wards)).limit(1)).first() is not None
    mine = duty_scope(session, reader)
    return any(mine.covers_unit(session.get_one(Unit, staff.unit_id)) for staff in duties_of(session, asker.id))

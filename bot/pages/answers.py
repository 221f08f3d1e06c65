"""What a page keeps of its reader: that it was seen, and its one button, 我知道了 for a notice, 学完了 for lessons."""

from models.base.store import Session
from models.learning.records import finish_lessons
from models.messaging.acknowledgements import acknowledge, mark_read
from models.messaging.outbox import Delivery
from models.messaging.questions import note_opened


def seen(session: Session, delivery: Delivery) -> None:
    """The reader of a delivery has its page before them."""
    mark_read(session, delivery.id)
    note_opened(session, delivery)


def answer_to(session: Session, delivery: Delivery) -> None:
    """The reader of a delivery pressed its button; pressing again changes nothing."""
    acknowledge(session, delivery.id)
    if delivery.kind == "lesson" and delivery.person_id is not None:
        finish_lessons(session, delivery.person_id, delivery.id)

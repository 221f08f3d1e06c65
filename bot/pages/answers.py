"""What the one button of a page does: 我知道了 for a notice, 学完了 for the evening's lessons."""

from models.base.store import Session
from models.learning.records import finish_lessons
from models.messaging.acknowledgements import acknowledge
from models.messaging.outbox import Delivery


def answer_to(session: Session, delivery: Delivery) -> None:
    """The reader of a delivery pressed its button; pressing again changes nothing."""
    acknowledge(session, delivery.id)
    if delivery.kind == "lesson" and delivery.person_id is not None:
        finish_lessons(session, delivery.person_id, delivery.id)

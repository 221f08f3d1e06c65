"""The emergency path: a duty officer alone, with a reason; and another who says afterwards if it was right."""

from dataclasses import replace

from sqlmodel import select

from benchmarks.people import settle_crowd
from bot.delivery.worker import Worker
from models.base.audit import AuditEntry
from models.base.facts import end
from models.base.store import Session, Store
from models.messaging.audiences import Audience
from models.messaging.broadcasts import Broadcast, BroadcastState, Urgency
from models.messaging.emergency import Review, Verdict, review, send_without_approval, to_review
from models.messaging.outbox import Delivery
from models.messaging.planning.planner import draft
from models.roster.people import Duty, Person, duties_of, give_duty
from models.roster.units import Unit
from tests.cast import OPENIDS, Cast
from tests.chats import Chats
from tests.conftest import FrozenClock
from tests.delivery.stories import WATER, drafted, refused
from tests.simulator.running import Simulator

FLOOD = replace(WATER, urgency=Urgency.URGENT)


def on_duty(session: Session, cast: Cast) -> Person:
    wang = session.get_one(Person, cast.wang)
    give_duty(session, wang, session.get_one(Unit, cast.school), Duty.DUTY_OFFICER)
    return wang


def sent(store: Store, cast: Cast) -> int:
    with store.write() as session:
        broadcast = drafted(session, cast, FLOOD)
        send_without_approval(session, broadcast, on_duty(session, cast), "河水涨了")
        return broadcast.id


def told(store: Store, person: int) -> list[str]:
    with store.read() as session:
        rows = session.exec(select(Delivery).where(Delivery.person_id == person, Delivery.kind == "task"))
        return [row.words["text"] for row in rows]


def test_a_duty_officer_sends_what_is_urgent_alone_with_a_reason(
    store: Store, agreed: Cast, worker: Worker, simulator: Simulator, clock: FrozenClock
) -> None:
    clock.advance(hours=13)  # 23:00
    with store.write() as session:
        wang = session.get_one(Person, agreed.wang)
        broadcast = drafted(session, agreed, FLOOD)
        with refused("broadcast.not_duty_officer"):
            send_without_approval(session, broadcast, wang, "河水涨了")
        on_duty(session, agreed)
        with refused("broadcast.no_reason"):
            send_without_approval(session, broadcast, wang, " ")
        with refused("broadcast.not_urgent"):
            send_without_approval(session, drafted(session, agreed, key="click-2"), wang, "河水涨了")
        nobody = draft(session, wang, FLOOD, Audience(agreed.school, ages=(1, 1)), dedupe_key="nobody")
        with refused("broadcast.nobody"):
            send_without_approval(session, nobody, wang, "河水涨了")
        send_without_approval(session, broadcast, wang, "河水涨了")
    worker.drain()
    assert len(simulator.shown(OPENIDS["grandmother"])) == 1  # at night


def crowded(store: Store, cast: Cast) -> int:
    """An alert for more than a thousand, drafted by a duty officer."""
    with store.write() as session:
        settle_crowd(session, session.get_one(Unit, cast.class_), 1000)
        on_duty(session, cast)
        return drafted(session, cast, FLOOD).id


def test_to_more_than_a_thousand_the_count_is_typed(store: Store, agreed: Cast) -> None:
    broadcast_id = crowded(store, agreed)
    with store.write() as session:
        broadcast, wang = session.get_one(Broadcast, broadcast_id), session.get_one(Person, agreed.wang)
        for typed in (None, 1001):
            with refused("broadcast.type_count"):
                send_without_approval(session, broadcast, wang, "河水涨了", typed)
        assert broadcast.approved_at is None
        send_without_approval(session, broadcast, wang, "河水涨了", 1002)
        assert broadcast.state == BroadcastState.SENDING


def test_in_the_chat_the_count_is_shown_and_then_typed_once(store: Store, agreed: Cast) -> None:
    broadcast_id = crowded(store, agreed)
    types = Chats(store)
    assert "一共 1,002 位" in types("wang", "草稿")
    assert "为什么等不及" in types("wang", "紧急，现在就发")
    assert "一共 1,002 位。请把这个数打一遍" in types("wang", "河水涨了")
    assert "1,002" in types("wang", "1000")
    with store.read() as session:
        assert session.get_one(Broadcast, broadcast_id).approved_at is None
    assert "正在发" in types("wang", "1002位")
    with store.read() as session:
        found = session.get_one(Broadcast, broadcast_id)
        assert (found.state, found.emergency_reason) == (BroadcastState.SENDING, "河水涨了")


def test_whoever_could_have_approved_it_reviews_it_once(store: Store, agreed: Cast) -> None:
    broadcast_id = sent(store, agreed)
    assert ["没等审批就发了" in text and "河水涨了" in text for text in told(store, agreed.li)] == [True]
    with store.write() as session:
        broadcast = session.get_one(Broadcast, broadcast_id)
        wang, li, lin = (session.get_one(Person, one) for one in (agreed.wang, agreed.li, agreed.lin))
        give_duty(session, wang, session.get_one(Unit, agreed.school), Duty.APPROVER)
        assert [each.id for each in to_review(session)] == [broadcast_id]
        assert [len(to_review(session, one)) for one in (wang, li, lin)] == [0, 1, 0]
        for person, key in ((wang, "review.second_person"), (lin, "broadcast.not_approver")):
            with refused(key):
                review(session, broadcast, person, Verdict.RIGHT)
        with refused("review.why"):
            review(session, broadcast, li, Verdict.WRONG)
        review(session, broadcast, li, Verdict.RIGHT)
        review(session, broadcast, li, Verdict.RIGHT)
        with refused("review.done"):
            review(session, broadcast, li, Verdict.WRONG, "该先打电话问")
        assert to_review(session) == []
        noted = session.exec(select(AuditEntry.by_id).where(AuditEntry.verb == "review_emergency"))
        assert noted.all() == [li.id]
    assert "复核过了：该这样发" in told(store, agreed.wang)[-1]


def test_what_was_approved_needs_no_review(store: Store, agreed: Cast) -> None:
    with store.write() as session:
        broadcast = drafted(session, agreed)
        with refused("review.not_one"):
            review(session, broadcast, session.get_one(Person, agreed.li), Verdict.RIGHT)
        assert to_review(session) == []


def test_it_is_reviewed_in_the_chat(store: Store, agreed: Cast) -> None:
    broadcast_id = sent(store, agreed)
    types = Chats(store)
    asked = types("li", "复核")
    assert "王主任发的，没等审批" in asked and "原因：河水涨了" in asked and "1 该这样发" in asked
    assert "哪里不该" in types("li", "2")
    assert "复核好了" in types("li", "没先问水利站")
    assert "没有要复核的" in types("li", "复核")
    with store.read() as session:
        kept = session.get_one(Review, broadcast_id)
        assert (kept.verdict, kept.note, kept.reviewed_by) == (Verdict.WRONG, "没先问水利站", agreed.li)
    assert "没先问水利站" in told(store, agreed.wang)[-1]


def test_whoever_sent_it_hears_who_reviews_it_or_that_there_is_nobody_yet(store: Store, agreed: Cast) -> None:
    types = Chats(store)
    sent(store, agreed)
    with store.write() as session:
        give_duty(session, session.get_one(Person, agreed.wang), session.get_one(Unit, agreed.school), Duty.APPROVER)
    assert "是您自己发的。\n请李局长来复核。" in types("wang", "复核")
    with store.write() as session:
        [li] = duties_of(session, agreed.li)
        end(session, li, by=None)
    assert "现在没有第二位审批人。" in types("wang", "复核")

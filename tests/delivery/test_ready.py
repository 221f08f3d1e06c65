"""Rows that are written ready say so after the commit; whoever posts knows nothing of workers."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from models.base.store import Store
from models.messaging.dispatch.results import give_back
from models.messaging.outbox import Channel, Lane, Ready, post
from models.messaging.stopping import pause, resume
from models.roster.people import Person
from tests.cast import OPENIDS, Cast
from tests.delivery.stories import FLOOD, approved
from tests.delivery.test_leasing import lease
from tests.freezing import freeze_all


@pytest.fixture
def heard(store: Store) -> list[Ready]:
    heard: list[Ready] = []

    def told(news: Sequence[object]) -> None:
        heard.extend(each for each in news if isinstance(each, Ready))

    store.tell(told)
    return heard


def say(store: Store, cast: Cast, key: str, lane: Lane = Lane.ANSWER, wait: timedelta = timedelta(0)) -> int:
    with store.write() as session:
        row = post(
            session,
            key=key,
            person_id=cast.lin,
            openid=OPENIDS["lin"],
            kind="task",
            words={"text": "好"},
            channel=Channel.CUSTOM,
            lane=lane,
            not_before=session.now + wait,
        )
        assert row is not None and row.batch_id is not None
        return row.batch_id


def test_a_message_tells_of_its_batch_and_lane(store: Store, cast: Cast, heard: list[Ready]) -> None:
    batch = say(store, cast, "1", Lane.URGENT)
    assert heard == [Ready(Lane.URGENT, batch)]


def test_what_is_not_due_or_not_committed_tells_nothing(store: Store, cast: Cast, heard: list[Ready]) -> None:
    say(store, cast, "later", wait=timedelta(hours=1))
    with pytest.raises(RuntimeError), store.write() as session:
        post(
            session,
            key="never",
            person_id=cast.lin,
            openid=OPENIDS["lin"],
            kind="task",
            words={"text": "好"},
            channel=Channel.CUSTOM,
            lane=Lane.ANSWER,
        )
        raise RuntimeError
    assert heard == []


def test_a_batch_that_is_given_back_for_now_tells_and_one_that_rests_does_not(
    store: Store, cast: Cast, heard: list[Ready]
) -> None:
    batch = say(store, cast, "1")
    heard.clear()
    taken = lease(store)
    assert taken is not None and heard == []
    with store.write() as session:
        give_back(session, batch, taken.fence)
    assert heard == [Ready(Lane.ANSWER, batch)]
    heard.clear()
    taken = lease(store)
    assert taken is not None
    with store.write() as session:
        give_back(session, batch, taken.fence, retry_at=session.now + timedelta(seconds=9))
    assert heard == []


def test_an_alert_tells_when_it_is_approved_when_it_is_frozen_and_when_it_goes_on(
    store: Store, agreed: Cast, heard: list[Ready]
) -> None:
    with store.write() as session:
        broadcast = approved(session, agreed, FLOOD)
    assert Ready(Lane.URGENT, broadcast.id) in heard
    heard.clear()
    freeze_all(store)
    assert {each.lane for each in heard} == {Lane.URGENT} and {each.number for each in heard} - {broadcast.id}
    with store.write() as session:
        pause(session, broadcast, session.get_one(Person, agreed.wang))
    heard.clear()
    with store.write() as session:
        resume(session, broadcast, session.get_one(Person, agreed.wang))
    assert Ready(Lane.URGENT, broadcast.id) in heard

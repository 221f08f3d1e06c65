"""Messages that wait together: each happens or not by itself, answered when it is durable, and tried again alone."""

from collections.abc import Iterator

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from bot.wechat import messages
from bot.wechat.answering import Race
from bot.wechat.inbound import Event, Item, Message
from bot.wechat.messages import Heard, answer
from bot.wechat.receive import Rooms
from handlers.said import Said
from models.base import audit
from models.base.store import Session, Store
from models.base.texts import say
from models.messaging.inbox import Route
from tests.conftest import FrozenClock
from tests.wechat.edge import Edge


@pytest.fixture
def edge(store: Store, clock: FrozenClock) -> Iterator[Edge]:
    edge = Edge(store, clock, "plain", 4.0)
    yield edge
    edge.settled()


@pytest.fixture(autouse=True)
def no_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine fifty milliseconds are over soon."""
    monkeypatch.setattr(messages, "SECONDS", 20.0)


@pytest.fixture
def commits(store: Store) -> Iterator[list[int]]:
    """How many, in the one item."""
    count = [0]

    def note(_connection: object) -> None:
        count[0] += 1

    event.listen(store.engine, "commit", note)
    yield count
    event.remove(store.engine, "commit", note)


def text(number: int, words: str = "你好") -> Heard:
    return Heard(Message("o-lin", "gh_1", 1, "text", str(number), text=words), Race())


def told(edge: Edge, *group: Heard) -> list[tuple[int, str | Exception | None, int]]:
    """The outcomes in the order of being told, each with the number of messages that could be read then."""
    return [(place, what, edge.facts()) for some in answer(edge.store, edge.rooms, group) for place, what in some]


def fails(edge: Edge, words: str, error: Exception, times: int = 99) -> list[str]:
    """From now on what is heard with these words fails so often; every try is noted."""
    tries: list[str] = []

    def hear(said: Said) -> str:
        tries.append(said.words)
        if said.words == words and tries.count(words) <= times:
            raise error
        return f"听到了：{said.words}"

    edge.words = hear
    return tries


def test_a_crowd_has_one_commit_and_is_answered_after_it(edge: Edge, commits: list[int]) -> None:
    assert told(edge, *map(text, range(8))) == [(place, "听到了：你好", 8) for place in range(8)]
    assert commits == [1] and len(edge.messages()) == 8


def test_a_copy_in_the_same_group_gets_the_same_answer_and_has_no_effect(edge: Edge) -> None:
    assert told(edge, text(1), text(1), text(2)) == [(place, "听到了：你好", 2) for place in range(3)]


def test_whoever_fails_fails_alone_and_is_told_after_the_others(edge: Edge) -> None:
    tries = fails(edge, "坏", RuntimeError())
    group = [text(1), text(2, "坏"), text(3)]
    assert told(edge, *group) == [(0, "听到了：你好", 2), (2, "听到了：你好", 2), (1, say("edge.not_kept"), 2)]
    assert tries == ["你好", "坏", "你好"], "a bug is not tried again"


def test_help_is_called_for_although_the_answer_fails_in_a_crowd(edge: Edge) -> None:
    fails(edge, "我不想活了", RuntimeError())
    *_, last = told(edge, text(1), text(2, "我不想活了"), text(3))
    assert last == (1, f"已经喊人了\n{say('edge.not_kept')}", 2) and edge.facts("edge.alarmed") == 1


@pytest.mark.parametrize(("stumbles", "kept"), [(1, True), (2, True), (3, False)])
def test_a_stumble_of_the_database_is_tried_three_times_in_all(edge: Edge, stumbles: int, kept: bool) -> None:
    tries = fails(edge, "绊", OperationalError("INSERT …", {}, Exception()), stumbles)
    *_, last = told(edge, text(1), text(2, "绊"), text(3))
    assert last[:2] == (1, "听到了：绊" if kept else say("edge.not_kept"))
    assert tries.count("绊") == min(stumbles + 1, 3) and tries.count("你好") == 2


def test_a_commit_that_fails_fails_everybody_and_each_is_tried_alone(edge: Edge) -> None:
    def break_once(_connection: object) -> None:
        event.remove(edge.store.engine, "commit", break_once)
        raise OperationalError("COMMIT", {}, Exception("disk I/O error"))

    event.listen(edge.store.engine, "commit", break_once)
    assert told(edge, text(1), text(2)) == [(0, "听到了：你好", 1), (1, "听到了：你好", 2)]
    assert len(edge.messages()) == 2


def test_a_database_that_takes_no_transaction_is_an_answer_to_everybody(edge: Edge) -> None:
    def away(_connection: object) -> None:
        raise OperationalError("BEGIN", {}, Exception("database is locked"))

    event.listen(edge.store.engine, "begin", away)
    try:
        found = [what for some in answer(edge.store, edge.rooms, [text(1), text(2)]) for what in some]
    finally:
        event.remove(edge.store.engine, "begin", away)
    assert found == [(place, say("edge.not_kept")) for place in range(2)]


def test_a_consent_that_could_not_be_kept_is_brought_again(edge: Edge) -> None:
    def refuse(_session: Session, _event: Event) -> None:
        raise RuntimeError

    rooms = Rooms(edge.rooms.answer, edge.rooms.alarm, edge.rooms.push, refuse, edge.rooms.receipts)
    popup = Event("o-lin", "gh_1", 1, "subscribe_msg_popup_event", items=(Item("T", "accept"),))
    group = [text(1), Heard(popup, Race())]
    *_, last = [each for some in answer(edge.store, rooms, group) for each in some]
    assert last[0] == 1 and type(last[1]).__name__ == "NotKept" and edge.facts() == 1


def test_whoever_is_slow_keeps_nobody_behind_them_from_the_next_group(
    edge: Edge, commits: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messages, "SECONDS", 0.0)
    found = told(edge, *map(text, range(3)))
    assert found == [(place, "听到了：你好", place + 1) for place in range(3)] and commits == [3]


def test_others_write_between_two_groups(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "SECONDS", 0.0)
    outcomes = answer(edge.store, edge.rooms, [text(1), text(2)])
    next(outcomes)
    with edge.store.write() as session:
        audit.record(session, "another", by=None, subject="unit", subject_id=1)
    next(outcomes)
    assert edge.facts("another") == 1 and edge.facts() == 2


def test_a_late_one_of_a_group_is_pushed_and_the_others_are_replies(edge: Edge) -> None:
    late = text(2)
    assert late.race.claim(Route.PUSH)
    assert [what for _, what, _ in told(edge, text(1), late, text(3))] == ["听到了：你好", None, "听到了：你好"]
    assert edge.pushed() == ["听到了：你好"] and edge.facts() == 3


def test_the_route_of_an_answer_is_claimed_after_everything_else(edge: Edge) -> None:
    heard = text(1)
    told_late: list[bool] = []

    def words(_said: Said) -> str:
        told_late.append(heard.race.claim(Route.PUSH))  # the deadline, while the answer is made
        return "好"

    edge.words = words
    assert told(edge, heard, text(2))[0][:2] == (0, None)
    assert told_late[0] and "好" in edge.pushed()

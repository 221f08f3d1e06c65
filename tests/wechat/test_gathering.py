"""What comes in crowds: in order, in groups, told when it is done, and never more waiting than there is room for."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator, Sequence

import pytest

from bot.wechat import gathering
from bot.wechat.bad_callback import NotKept
from bot.wechat.gathering import Gathering, Outcomes
from tests.at_once import in_a_loop
from tests.waiting import PATIENCE


class Doing:
    """Notes each group; the first waits until it may go on."""

    def __init__(self) -> None:
        self.groups: list[Sequence[int]] = []
        self.may_go_on = threading.Event()
        self.threads: set[int] = set()

    def __call__(self, group: Sequence[int]) -> Iterator[Outcomes[int]]:
        self.threads.add(threading.get_ident())
        self.groups.append(group)
        assert self.may_go_on.wait(PATIENCE)
        yield [(place, ValueError(item) if item == 13 else item * 2) for place, item in enumerate(group)]


def all_of(doing: Gathering[int, int], count: int, begun: Callable[[], object]) -> list[int | BaseException]:
    async def put() -> list[int | BaseException]:
        waiting = [doing.put(number) for number in range(count)]
        begun()
        return await asyncio.gather(*waiting, return_exceptions=True)

    return in_a_loop(put)


def test_those_that_wait_are_done_together_in_the_order_of_coming() -> None:
    doing = Doing()
    told = all_of(Gathering(doing, name="t", most=8), 20, doing.may_go_on.set)
    assert [number for group in doing.groups for number in group] == list(range(20))
    assert max(map(len, doing.groups)) == 8 and len(doing.threads) == 1
    assert [one for one in told if isinstance(one, int)] == [number * 2 for number in range(20) if number != 13]
    assert isinstance(told[13], ValueError)


def test_as_many_groups_at_once_as_there_are_threads() -> None:
    both = threading.Barrier(2, timeout=PATIENCE)

    def meet(group: Sequence[int]) -> Iterator[Outcomes[int]]:
        both.wait()
        yield [(0, group[0])]

    assert all_of(Gathering(meet, name="t", most=1, threads=2), 8, lambda: None) == list(range(8))


def test_company_is_waited_for() -> None:
    doing = Doing()
    doing.may_go_on.set()
    all_of(Gathering(doing, name="t", most=100, company_seconds=1.0), 50, lambda: None)
    assert [len(group) for group in doing.groups] == [50]


def test_whoever_is_not_told_when_the_work_breaks_hears_that() -> None:
    def breaks(group: Sequence[int]) -> Iterator[Outcomes[int]]:
        yield [(1, 7)]
        raise ZeroDivisionError

    doing = Gathering(breaks, name="t", most=3, company_seconds=0.5)
    for _ in range(2):  # and the next group is none the worse
        first, second, third = all_of(doing, 3, lambda: None)
        assert isinstance(first, ZeroDivisionError) and second == 7 and isinstance(third, ZeroDivisionError)


def test_no_more_wait_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "MOST_WAITING", 5)
    doing = Doing()
    one_by_one = Gathering(doing, name="t", most=1)

    async def crowd() -> int:
        waiting = [one_by_one.put(0)]
        while not doing.groups:
            await asyncio.sleep(0.001)
        waiting += [one_by_one.put(number) for number in range(5)]
        with pytest.raises(NotKept):
            one_by_one.put(9)
        doing.may_go_on.set()
        return len(await asyncio.gather(*waiting))

    assert in_a_loop(crowd) == 6


def test_an_end_waits_for_all_that_was_put_also_when_nobody_else_does() -> None:
    doing = Doing()
    one_by_one = Gathering(doing, name="t", most=1)

    async def go() -> None:
        for number in range(5):
            one_by_one.put(number)

    in_a_loop(go)  # its loop is over then
    doing.may_go_on.set()
    one_by_one.end()
    assert doing.groups == [[number] for number in range(5)]
    with pytest.raises(RuntimeError):
        in_a_loop(_put(one_by_one))


def _put(one_by_one: Gathering[int, int]) -> Callable[[], Coroutine[None, None, int]]:
    async def put() -> int:
        return await one_by_one.put(9)

    return put

"""What is known of a closed day from several sides is the same in whichever order it is heard."""

from datetime import UTC, datetime, timedelta
from functools import reduce

from hypothesis import given
from hypothesis import strategies as st

from models.messaging.closed_days import Day, merged

NOON = datetime(2027, 6, 1, 4, tzinfo=UTC)
MIDNIGHT = NOON + timedelta(hours=12)
moments = st.integers(0, 20).map(lambda minutes: NOON + timedelta(minutes=minutes))


@st.composite
def days(draw: st.DrawFn) -> Day:
    """What one process met: a refusal, and an opening perhaps."""
    refused = draw(moments)
    return Day(refused, MIDNIGHT, refused, opened_at=draw(st.none() | moments))


def _both(one: Day, other: Day) -> Day:
    day = merged(one, other, NOON + timedelta(hours=1))
    assert day is not None
    return day


@given(st.lists(days(), min_size=1, max_size=5), st.data())
def test_the_latest_of_all_refusals_and_openings_counts(heard: list[Day], data: st.DataObject) -> None:
    one, other = (reduce(_both, order) for order in (heard, data.draw(st.permutations(heard)) + heard))
    opened = max((day.opened_at for day in heard if day.opened_at is not None), default=None)
    refused = max(day.refused_at for day in heard)
    for found in (one, other):
        assert (found.opened_at, found.refused_at, found.until) == (opened, refused, MIDNIGHT)
        assert found.is_closed(NOON + timedelta(hours=1)) == (opened is None or opened <= refused)
        assert not found.is_closed(MIDNIGHT)


def test_a_closed_day_counts_from_its_first_refusal_and_a_new_one_from_its_own() -> None:
    first, again, minute = (NOON + timedelta(minutes=at) for at in (0, 9, 30))
    day = _both(Day(first, MIDNIGHT, first, why="spent"), Day(again, MIDNIGHT, again))
    assert (day.since, day.refused_at, day.why) == (first, again, "spent")
    opened = _both(day, Day(first, MIDNIGHT, first, opened_at=NOON + timedelta(minutes=10)))
    short = _both(opened, Day(minute, minute + timedelta(seconds=40), minute))
    assert (short.since, short.is_long) == (minute, False)
    tomorrow = MIDNIGHT + timedelta(hours=9)
    anew = _both(day, Day(tomorrow, tomorrow + timedelta(hours=15), tomorrow))
    assert anew.since == tomorrow

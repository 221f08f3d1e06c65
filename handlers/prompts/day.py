"""A day: the offered ones by number, any other as people write it."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Literal, TypeVar, overload

from handlers.chat import shown_as
from handlers.opening import Opening
from handlers.prompts.prompt import Got, Json, Missed, Outcome, Prompt, Stale, Turn, missed
from handlers.reading import days
from handlers.reading.choices import choice, none
from handlers.said import Said

D = TypeVar("D", date, date | None)


class Day(Prompt[D]):
    """A day from `earliest` to `latest`. `default` (and the day before it) or `offers` are numbered. Words without a
    year mean the past, or the future where no `latest` stands in its way; `future` says it outright.
    With `optional`, 0 or 跳过 answers None."""

    @overload
    def __init__(
        self: "Day[date]",
        key: str,
        *,
        default: date | None = None,
        earliest: date | None = None,
        latest: date | None = None,
        offers: Sequence[date] = (),
        optional: Literal[False] = False,
        future: bool | None = None,
        **params: object,
    ) -> None: ...

    @overload
    def __init__(
        self: "Day[date | None]",
        key: str,
        *,
        default: date | None = None,
        earliest: date | None = None,
        latest: date | None = None,
        offers: Sequence[date] = (),
        optional: Literal[True],
        future: bool | None = None,
        **params: object,
    ) -> None: ...

    def __init__(
        self,
        key: str,
        *,
        default: date | None = None,
        earliest: date | None = None,
        latest: date | None = None,
        offers: Sequence[date] = (),
        optional: bool = False,
        future: bool | None = None,
        **params: object,
    ) -> None:
        super().__init__(key, **params)
        self.default = default
        self.earliest = earliest
        self.latest = latest
        self.offers = tuple(offers)
        self.optional = optional
        self.future = future

    def ask(self, turn: Turn) -> str:
        """The question, the numbered days, and how to write another one."""
        offered = self._offered(turn)
        turn.view["shown"] = [each.isoformat() for each in offered]
        lines = [self.question(turn)]
        if offered:
            lines.append("　".join(f"{i} {_near(turn, each)}" for i, each in enumerate(offered, 1)))
        how = "ask.other_day" if offered else "ask.any_day_ahead" if self._ahead(turn.chat.today) else "ask.any_day"
        lines.append(turn.chat.say(how))
        return "\n".join(lines + ([turn.chat.say("ask.or_none")] if self.optional else []))

    def read(self, turn: Turn, said: Said) -> Outcome:
        """An offered day by its number, a day in words, or none of them."""
        if self.optional and none(said.text):
            return Got(None)
        shown, number = turn.view.get("shown", []), choice(said.text)
        if number is not None and number <= len(shown):
            return Got(shown[number - 1])
        ahead = self._ahead(turn.chat.today)
        found = days.day(said.text, turn.chat.today, future=ahead)
        if found is None and number is not None and 10 <= number <= 31:
            found = days.day(f"{number}号", turn.chat.today, future=ahead)
        if found is None and (wrong := days.impossible(said.text.strip())):
            return Missed(turn.chat.say("refused.no_such_day", day=wrong))
        if found is None:
            return missed(turn, "ask.again_day", said)
        return self._outside(turn, found) or Got(found.isoformat())

    def claim(self, turn: Turn, opening: Opening) -> Got | None:
        """A word of the line that is a day in range, or a day that the line begins with. A day out of range
        or in no calendar is asked for, with the reason."""
        ahead = self._ahead(opening.said_on)
        for index, word in enumerate(opening.left):
            found = days.day(word, opening.said_on, future=ahead)
            if found is not None:
                opening.take(index)
                outside = self._outside(turn, found)
                turn.view |= {"line": outside.line} if outside else {}
                return None if outside else Got(found.isoformat())
        for index, word in enumerate(opening.left):
            if wrong := days.impossible(word):
                opening.take(index, word[len(wrong) :])
                turn.view["line"] = turn.chat.say("refused.no_such_day", day=wrong)
                return None
        if opening.left:
            found, rest = days.leading(opening.left[0], opening.said_on, future=ahead)
            if found is not None and self._outside(turn, found) is None:
                opening.take(0, rest)
                return Got(found.isoformat())
        return None

    def from_json(self, turn: Turn, data: Json) -> D:
        """The day. Raises `Stale` where its bounds have moved over it."""
        if data is None:
            if not self.optional:
                raise Stale
            return None  # type: ignore[return-value]
        found = date.fromisoformat(data)
        if (self.latest and found > self.latest) or (self.earliest and found < self.earliest):
            raise Stale
        return found

    def _ahead(self, today: date) -> bool:
        return (self.latest is None or self.latest > today) if self.future is None else self.future

    def _offered(self, turn: Turn) -> list[date]:
        wanted = list(self.offers)
        if not wanted and self.default is not None:
            wanted = [self.default, *([self.default - timedelta(days=1)] if self.default == turn.chat.today else [])]
        return [each for each in wanted if self._outside(turn, each) is None]

    def _outside(self, turn: Turn, found: date) -> Missed | None:
        if self.latest is not None and found > self.latest:
            key = "refused.day_ahead" if self.latest <= turn.chat.today else "refused.day_late"
            return Missed(turn.chat.say(key, day=found, latest=self.latest))
        if self.earliest is not None and found < self.earliest:
            return Missed(turn.chat.say("refused.day_early", day=found, earliest=self.earliest))
        return None


def _near(turn: Turn, day: date) -> str:
    away = (day - turn.chat.today).days
    return (
        turn.chat.say({0: "ask.today", -1: "ask.yesterday"}[away])
        if away in (0, -1)
        else shown_as(day, turn.chat.today)
    )

"""For which unit: one of those somebody writes to, or of those that are theirs; another's is said to be so."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property

from handlers.chat import Chat
from handlers.opening import Opening
from handlers.prompts import Pick
from handlers.prompts.options import Options
from handlers.prompts.prompt import Got, Json, Missed, Outcome, Stale, Turn
from handlers.said import Said
from models.base.errors import Refused
from models.messaging.broadcasts import WRITERS
from models.messaging.planning import audience_words
from models.messaging.planning.audience_words import unit_in_reach
from models.roster.scope import duty_scope
from models.roster.units import Unit, UnitKind, label, labels


def _highest(units: Iterable[Unit]) -> Iterator[Unit]:
    """Those that are inside none of the others."""
    top = None
    for unit in sorted(units, key=lambda unit: unit.path):  # what is inside a unit follows it
        if top is None or not unit.path.startswith(top.path):
            top = unit
            yield unit


class WhichUnit(Pick[Unit]):
    """For which of the units one writes to; an only one is taken without asking, a smaller one inside them by its name,
    a school also by a part of it. A unit that is somebody else's is said to be so, with what is possible."""

    def __init__(self, chat: Chat) -> None:
        self.chat = chat
        self.scope = duty_scope(chat.session, chat.me, WRITERS)
        self.units = chat.session.exec(self.scope.units()).all()
        self.tops = list(_highest(self.units))
        super().__init__("announce.unit", self.tops, name=lambda unit: label(chat.session, unit), sole=True)

    @cached_property
    def inside(self) -> Options[Unit]:
        """All of them, the highest first, but for grades and classes, where there are others."""
        seen = sorted(self.units, key=lambda unit: unit.path.count("/"))
        shown = [unit for unit in seen if unit.kind not in (UnitKind.GRADE, UnitKind.CLASS)] or seen
        called = labels(self.chat.session, shown)
        return Options(shown, lambda unit: called[unit.id], None)

    def partly_named(self, word: str) -> list[Json]:
        """The units whose name a word is a part of, where it says nothing else of whom a notice is for."""
        if not self.units:
            return []
        try:
            audience_words.parse(self.chat.session, self.scope, word, self.units[0])
        except Refused as refused:
            return [option.ident for option in self.inside.find(word)] if refused.key == "unit.unknown" else []
        return []

    def claim(self, turn: Turn, opening: Opening) -> Got | None:
        """A word of the line that names a unit, else one that is part of its name."""
        for index, word in enumerate(opening.left):
            found = self._named(turn, word)
            if found is None:
                continue
            opening.take(index)
            if isinstance(found, Unit):
                return Got(found.id)
            turn.view["line"] = found.line
            return None
        for index, word in enumerate(opening.left):
            if units := self.partly_named(word):
                opening.take(index)
                return self._settled(turn, units)
        return super().claim(turn, opening)

    def ask(self, turn: Turn) -> str:
        """The highest of them, or those that a part of a name means."""
        self._narrow(turn)
        return super().ask(turn)

    def read(self, turn: Turn, said: Said) -> Outcome:
        """One of those shown, or one inside them."""
        self._narrow(turn)
        outcome = super().read(turn, said)
        found = self._named(turn, said.text.strip()) if isinstance(outcome, Missed) else None
        return Got(found.id) if isinstance(found, Unit) else found or outcome

    def from_json(self, turn: Turn, data: Json) -> Unit:
        """The unit. Raises `Stale` where one may not write to it any more."""
        unit = turn.chat.session.get(Unit, data)
        if unit is None or not self.scope.covers_unit(unit):
            raise Stale
        return unit

    def label(self, turn: Turn, value: Unit) -> str:
        """As it stands in a list."""
        return label(turn.chat.session, value)

    def _narrow(self, turn: Turn) -> None:
        if "among" in turn.view:
            self.options = self.inside

    def _named(self, turn: Turn, word: str) -> Unit | Missed | None:
        """The unit of that name, or why it cannot be meant; None for what is no unit's name."""
        try:
            return unit_in_reach(turn.chat.session, word, self.tops)
        except Refused as refused:
            return None if refused.key == "unit.unknown" else Missed(turn.chat.say(refused.key, **refused.params))


class OwnUnit(Pick[Unit]):
    """One of the units that are theirs; an only one is taken without asking, unless somebody else's is named: that is
    said, with what is possible, and not answered with another's."""

    def __init__(self, chat: Chat, key: str, units: Sequence[Unit], *, name: Callable[[Unit], str]) -> None:
        super().__init__(key, units, name=name, sole=True)
        self.session = chat.session
        self.tops = list(_highest(units))

    def claim(self, turn: Turn, opening: Opening) -> Got | None:
        """As every choice, after a look whether a word of the line is somebody else's unit."""
        for index, word in enumerate(opening.left):
            if line := self._of_another(turn, word):
                opening.take(index)
                turn.view["line"] = line
                return None
        return super().claim(turn, opening)

    def read(self, turn: Turn, said: Said) -> Outcome:
        """One of those shown."""
        outcome = super().read(turn, said)
        line = self._of_another(turn, said.text.strip()) if isinstance(outcome, Missed) else ""
        return Missed(line) if line else outcome

    def _of_another(self, turn: Turn, word: str) -> str:
        """That a unit of this name is somebody else's; '' where it is not, or there is none."""
        if not self.tops or self.options.find(word, part=False):
            return ""
        try:
            unit_in_reach(self.session, word, self.tops)
        except Refused as refused:
            if refused.key == "broadcast.not_your_unit":
                return turn.chat.say("unit.not_yours", **refused.params)
        return ""

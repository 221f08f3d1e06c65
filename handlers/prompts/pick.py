"""Pick one of several: by its number as shown, by its words, or by part of its name."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from handlers.opening import Opening
from handlers.prompts.options import Options, turn_page
from handlers.prompts.prompt import Got, Json, Look, Outcome, Prompt, Turn, missed
from handlers.reading.choices import choice, more
from handlers.said import Said
from models.base.errors import Refused

T = TypeVar("T")


class Pick(Prompt[T]):
    """One of `options` (an enum, or things with an `id`); `name` labels them, `words` adds what else they are called.
    With `sole`, an only option is taken without asking. No options at all: `Refused` with the key in `empty`."""

    def __init__(
        self,
        key: str,
        options: Iterable[T],
        *,
        name: Callable[[T], str] | None = None,
        words: Callable[[T], Sequence[str]] | None = None,
        sole: bool = False,
        empty: str = "refused.nothing_to_pick",
        **params: object,
    ) -> None:
        super().__init__(key, **params)
        self.options = Options(options, name, words)
        self.sole = sole
        self.empty = empty

    def ask(self, turn: Turn) -> str:
        """The question and the numbered options of the current page."""
        if not self.options.all:
            raise Refused(self.empty)
        return "\n".join([self.question(turn), *self.options.page(turn)])

    def read(self, turn: Turn, said: Said) -> Outcome:
        """A number means what was shown there; words mean the option of that name, or narrow the list."""
        shown = turn.view.get("shown", [])
        number = choice(said.text)
        if number is not None and number <= len(shown):
            return Got(shown[number - 1])
        if more(said.text) and self.options.has_more(turn.view):
            turn_page(turn.view)
            return Look()
        found = [o.ident for o in self.options.find(said.text)]
        if len(found) == 1:
            return Got(found[0])
        if not found or found == turn.view.get("among") or len(found) == len(self.options.all):
            return missed(turn, "ask.again", said)
        turn.view.clear()
        turn.view["among"] = found
        return Look()

    def claim(self, turn: Turn, opening: Opening) -> Got | None:
        """A whole word of the line, else the flow's own word, else a name the line begins with. Two children of
        one name narrow the question to the two."""
        if self.sole and len(self.options.all) == 1:
            calls = (i for i, word in enumerate(opening.left) if self.options.find(word, part=False))
            if (at := next(calls, None)) is not None:
                opening.take(at)  # its name is not the words that a later question waits for
            return Got(self.options.all[0].ident)
        for index, word in enumerate(opening.left):
            found = [] if word.isdecimal() else self.options.find(word, part=False)
            if found:
                opening.take(index)
                return self._settled(turn, [o.ident for o in found])
        if named := self.options.find(opening.word, part=False):
            return self._settled(turn, [o.ident for o in named])
        if opening.left:
            found, rest = self.options.leading(opening.left[0])
            if found:
                opening.take(0, rest)
                return self._settled(turn, [o.ident for o in found])
        return None

    def from_json(self, turn: Turn, data: Json) -> T:
        """The option of that id. Raises `Stale` where it is gone."""
        return self.options.value(data)

    def label(self, turn: Turn, value: T) -> str:
        """As it stood in the list."""
        return self.options.label(value)

    @staticmethod
    def _settled(turn: Turn, found: list[Json]) -> Got | None:
        if len(found) == 1:
            return Got(found[0])
        turn.view["among"] = found
        return None

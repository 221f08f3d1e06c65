"""Pick any number of several: 1 3, 1、3, 13, 全部, 没有; a guess is offered first."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from handlers.opening import Opening
from handlers.prompts.options import Options, inline, turn_page
from handlers.prompts.prompt import Got, Json, Look, Outcome, Prompt, Turn, missed
from handlers.reading.choices import choices, more, none, yes
from handlers.reading.plain import plain
from handlers.said import Said

T = TypeVar("T")
_ALL = frozenset({"全部", "全选", "都", "都有", "都选", "所有"})


class PickSome(Prompt[list[T]]):
    """Some of `options`, in their order. A non-empty `guess` is read back first: 1 对　2 改. With more than a page,
    each page is answered and the choices add up."""

    def __init__(
        self,
        key: str,
        options: Iterable[T],
        *,
        guess: Iterable[T] = (),
        name: Callable[[T], str] | None = None,
        words: Callable[[T], Sequence[str]] | None = None,
        at_least: int = 0,
        **params: object,
    ) -> None:
        super().__init__(key, **params)
        self.options = Options(options, name, words)
        self.guess = [o.ident for o in Options(guess, name, words).all]
        self.at_least = at_least
        self.optional = at_least == 0

    def ask(self, turn: Turn) -> str:
        """The guess, or the options of the current page."""
        if self.guess and not turn.view.get("open"):
            turn.view["guess"] = self.guess
            words = "、".join(self.options.label(self.options.value(ident)) for ident in self.guess)
            line = turn.chat.say("ask.guess", guess=words)
            return "\n".join([self.question(turn), line, inline(turn.chat, "ask.right", "ask.change")])
        hint = turn.chat.say("ask.some" if self.at_least else "ask.some_or_none")
        return "\n".join([self.question(turn), *self.options.page(turn), hint])

    def read(self, turn: Turn, said: Said) -> Outcome:
        """对 and 改 for a guess; otherwise numbers or words of the page shown."""
        view = turn.view
        if "guess" in view and not view.get("open"):
            right = yes(said.text)
            if right is True:
                return Got(view["guess"])
            view["open"] = True
            if right is False or plain(said.text) == "改":
                return Look()
            self.options.page(turn)
        if plain(said.text) in _ALL:
            return Got([o.ident for o in self.options.all])
        picked = self._picked(view, said.text)
        if picked is None:
            return missed(turn, "ask.again_some", said)
        view["picked"] = view.get("picked", []) + picked
        if more(said.text) or (self.options.has_more(view) and not self._last_page(view) and not none(said.text)):
            turn_page(view)
            return Look()
        kept = [o.ident for o in self.options.all if o.ident in view["picked"]]
        return Got(kept) if len(kept) >= self.at_least else missed(turn, "ask.again_some", said)

    def claim(self, turn: Turn, opening: Opening) -> Got | None:
        """Every whole word of the line that is an option."""
        found: list[Json] = []
        for index in reversed(range(len(opening.left))):
            options = self.options.find(opening.left[index], part=False)
            if len(options) == 1 and plain(opening.left[index]) in options[0].words:
                found.append(options[0].ident)
                opening.take(index)
        return Got([o.ident for o in self.options.all if o.ident in found]) if found else None

    def from_json(self, turn: Turn, data: Json) -> list[T]:
        """The options of those ids. Raises `Stale` where one is gone."""
        return [self.options.value(ident) for ident in data]

    def label(self, turn: Turn, value: list[T]) -> str:
        """Their labels in a row."""
        return "、".join(self.options.label(each) for each in value) or self.unanswered(turn)

    def _picked(self, view: dict[str, Json], text: str) -> list[Json] | None:
        shown = view.get("shown", [])
        if none(text) or more(text):
            return []
        numbers = choices(text)
        if numbers is not None:
            return [shown[n - 1] for n in numbers] if all(1 <= n <= len(shown) for n in numbers) else None
        found = [self.options.find(word) for word in text.replace("、", " ").replace("，", " ").split()]
        return [each[0].ident for each in found] if found and all(len(each) == 1 for each in found) else None

    def _last_page(self, view: dict[str, Json]) -> bool:
        return bool(view.get("shown")) and view["shown"][-1] == self.options.among(view)[-1].ident

"""Read back before it is kept, and plain yes or no."""

import hashlib

from handlers.prompts.options import PAGE, inline, page_line, turn_page
from handlers.prompts.prompt import Got, Json, Look, Outcome, Prompt, Reopen, Stale, Turn, missed
from handlers.reading.choices import choice, more, yes
from handlers.reading.plain import plain
from handlers.said import Said


class Confirm(Prompt[bool]):
    """Shows the text of `key` with `params` and takes 1 对，记下 or 2 改一处. The answer holds only for what was shown:
    the digest of another text asks again."""

    def ask(self, turn: Turn) -> str:
        """What will be kept, or the answers one of which is to be changed."""
        if turn.view.get("fix"):
            return "\n".join([turn.chat.say("ask.fix_which"), *self._answers(turn)])
        turn.view["digest"] = self._digest(turn)
        return f"{self.question(turn)}\n{inline(turn.chat, 'ask.keep', 'ask.fix')}"

    def read(self, turn: Turn, said: Said) -> Outcome:
        """对, or which answer to change."""
        if turn.view.get("fix"):
            return self._fix(turn, said)
        right = yes(said.text)
        if right is True or plain(said.text) in ("对记下", "1对记下", "记下", "1记下"):
            return Got(turn.view.get("digest"))
        if (right is False or plain(said.text) in ("改一处", "2改一处", "改", "修改")) and turn.trail:
            turn.view["fix"] = True
            return Look()
        return missed(turn, "ask.again", said)

    def from_json(self, turn: Turn, data: Json) -> bool:
        """True. Raises `Stale` where the text has changed since it was shown."""
        if data != self._digest(turn):
            raise Stale
        return True

    def _digest(self, turn: Turn) -> str:
        return hashlib.sha256(self.question(turn).encode()).hexdigest()[:32]

    def _answers(self, turn: Turn) -> list[str]:
        steps = [step for step in turn.trail if step.label]
        pages = (len(steps) + PAGE - 1) // PAGE
        first = (turn.view.get("page", 0) % max(pages, 1)) * PAGE
        shown = steps[first : first + PAGE]
        turn.view["shown"] = [step.key for step in shown]
        lines = [f"{i} {step.label}" for i, step in enumerate(shown, 1)]
        return lines + page_line(turn, first // PAGE, pages)

    def _fix(self, turn: Turn, said: Said) -> Outcome:
        shown, number = turn.view.get("shown", []), choice(said.text)
        if number is not None and number <= len(shown):
            return Reopen(shown[number - 1])
        if more(said.text):
            turn_page(turn.view)
            return Look()
        return missed(turn, "ask.again", said)


class YesNo(Prompt[bool]):
    """1 是　2 不是, or the words themselves; `yes` and `no` name other texts for the two."""

    def __init__(self, key: str, *, yes: str = "ask.yes", no: str = "ask.no", **params: object) -> None:
        super().__init__(key, **params)
        self.yes = yes
        self.no = no

    def ask(self, turn: Turn) -> str:
        """The question and the two choices."""
        return f"{self.question(turn)}\n{inline(turn.chat, self.yes, self.no)}"

    def read(self, turn: Turn, said: Said) -> Outcome:
        """True or False."""
        words = {plain(turn.chat.say(self.yes)): True, plain(turn.chat.say(self.no)): False}
        found = words.get(plain(said.text), yes(said.text))
        return missed(turn, "ask.again", said) if found is None else Got(found)

    def from_json(self, turn: Turn, data: Json) -> bool:
        """The answer."""
        return bool(data)

    def label(self, turn: Turn, value: bool) -> str:
        """The question with its answer: a yes alone says nothing in a list."""
        return self.question(turn).split("\n")[0] + turn.chat.say(self.yes if value else self.no)

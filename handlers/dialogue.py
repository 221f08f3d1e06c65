"""A conversation is a generator, replayed over its canonical answers up to the next question."""

from collections import Counter
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from handlers.chat import Chat
from handlers.memory import Answer, State
from handlers.prompts.prompt import Got, Json, Look, Missed, Prompt, Reopen, Stale, Step, Turn
from handlers.said import Said
from handlers.watch import Watch
from models.base.errors import Refused


@dataclass(frozen=True)
class Kept:
    """Something was recorded. `undo` names it (kind, id) for 撤销 and for photos that follow within 10 minutes; `then`
    is a flow that goes on at once, for whoever has more of the same to do."""

    key: str
    params: Mapping[str, object] = field(default_factory=dict)
    undo: tuple[str, int] | None = None
    then: str = ""


@dataclass(frozen=True)
class Told:
    """Something was answered and nothing recorded. `quiet`: what waits is not offered after it."""

    key: str
    params: Mapping[str, object] = field(default_factory=dict)
    quiet: bool = False


@dataclass(frozen=True)
class Go:
    """On to another flow, by its name, with an opening line; `key` with `params` is said before what it asks."""

    flow: str
    opening: str = ""
    key: str = ""
    params: Mapping[str, object] = field(default_factory=dict)


Dialogue: TypeAlias = Generator[Prompt[Any], Any, Kept | Told | Go]


@dataclass(frozen=True)
class Asking:
    """The dialogue waits. `missed`: the message was not understood; `refused`: nor can the dialogue go on."""

    text: str
    state: State
    prompt: Prompt[Any]
    trail: tuple[Step, ...]
    missed: bool = False


@dataclass(frozen=True)
class Ended:
    """The dialogue is over, with what it returned or with the refusal that ended it."""

    result: Kept | Told | Go | None
    line: str = ""


Outcome: TypeAlias = Asking | Ended


def step(run: Callable[[Chat], Dialogue], chat: Chat, state: State, said: Said | None = None) -> Outcome:
    """One message (or none: only ask again) in a dialogue. `state` stays as it was; the new one is in the outcome.

    A `Refused` takes back the answer that led to it and says why; with no answer to take back it ends the dialogue.
    Raises `WroteTooEarly` where the flow asks after it wrote.
    """
    attempt = Attempt(chat, state.copy(), said)
    try:
        with chat.session.begin_nested():
            return attempt.play(run, Watch(chat.session))
    except Refused as refused:
        line = chat.say(refused.key, **refused.params)
    if not attempt.trail:
        return Ended(None, line)
    last = attempt.trail[-1].key
    attempt.state.drop(last)
    if last == state.at:
        attempt.state.at, attempt.state.view = state.at, state.copy().view
    again = Attempt(chat, attempt.state, None, [line])
    asked = again.play(run, Watch(chat.session))
    return asked if isinstance(asked, Ended) else _as_missed(asked, state.misses)


def back(run: Callable[[Chat], Dialogue], chat: Chat, state: State) -> Outcome | None:
    """Opens the latest answer again that the person gave, or None where there is none yet; a later page of a list goes
    back to the one before, and 改哪一处 closes, first."""
    unturned = state.copy()
    if state.view.get("page"):
        unturned.view["page"] -= 1
        return step(run, chat, unturned)
    if state.view.get("fix"):
        unturned.view.clear()
        return step(run, chat, unturned)
    here = step(run, chat, state)
    if isinstance(here, Ended):
        return here
    given = [each.key for each in here.trail if here.state.answers[each.key].source != "word"]
    if not given:
        return None
    earlier = here.state.copy()
    earlier.reopen(given[-1])
    return step(run, chat, earlier)


def _as_missed(asked: Asking, misses: int) -> Asking:
    asked.state.misses = misses + 1
    return Asking(asked.text, asked.state, asked.prompt, asked.trail, missed=True)


class Attempt:
    """One replay."""

    def __init__(self, chat: Chat, state: State, said: Said | None, lines: list[str] | None = None) -> None:
        self.chat = chat
        self.state = state
        self.said = said
        self.trail: list[Step] = []
        self.lines = lines or []
        self.missed = False

    def play(self, run: Callable[[Chat], Dialogue], watch: Watch) -> Outcome:
        """Replays up to the question that has no answer, or to the end."""
        self.trail.clear()
        dialogue, seen = run(self.chat), Counter[str]()
        try:
            prompt = next(dialogue)
            while True:
                watch.check()
                seen[prompt.key] += 1
                key = prompt.key if seen[prompt.key] == 1 else f"{prompt.key}#{seen[prompt.key]}"
                turn = Turn(self.chat, self.trail, before=self.state.before.get(key))
                settled = self._settle(prompt, key, turn)
                if isinstance(settled, Reopen):
                    if settled.key is not None:
                        self.state.reopen(settled.key)
                    return self.play(run, watch)
                if settled is None:
                    return self._ask(prompt, key, turn)
                prompt = dialogue.send(settled.data)
        except StopIteration as stop:
            return Ended(stop.value)
        finally:
            dialogue.close()

    def _settle(self, prompt: Prompt[Any], key: str, turn: Turn) -> "_Value | Reopen | None":
        """The value of a question, from its kept answer, the opening line or the message; None: it must be asked."""
        state = self.state
        if key in state.answers:
            return self._value(prompt, key, turn)
        if state.at == key:
            turn.view = state.view
        elif key not in state.walked:
            before = [*state.opening.left]
            claimed = prompt.claim(turn, state.opening)
            if claimed is not None:
                state.answers[key] = Answer(claimed.data, "word" if state.opening.left == before else "opening")
                return self._value(prompt, key, turn)
        said, self.said = self.said, None
        if said is None or state.at != key:  # what answers another question than this one is not its answer
            return None
        return self._read(prompt, key, turn, said)

    def _read(self, prompt: Prompt[Any], key: str, turn: Turn, said: Said) -> "_Value | Reopen | None":
        if said.kind not in prompt.takes:
            return self._joined(said, turn)
        outcome = prompt.read(turn, said)
        self.state.misses = self.state.misses + 1 if isinstance(outcome, Missed) else 0
        if isinstance(outcome, Got):
            self.state.answers[key] = Answer(outcome.data, "typed")
            self.state.opening.left += [outcome.rest] if outcome.rest else []
            return self._value(prompt, key, turn)
        if isinstance(outcome, Look | Missed):
            self.lines += [outcome.line] if outcome.line else []
            self.missed = isinstance(outcome, Missed)
            return None
        return outcome

    def _joined(self, said: Said, turn: Turn) -> Reopen | None:
        """A photo that comes later goes to the latest answer that takes photos; anything else was not understood."""
        for earlier in reversed(self.trail):
            data = earlier.prompt.join(earlier.data, said)
            if data is not None:
                self.state.answers[earlier.key].data = data
                self.lines.append(self.chat.say("ask.photo_joined"))
                return Reopen(None)
        self.state.misses += 1
        self.missed = True
        self.lines.append(self.chat.say("ask.other_kind"))
        return None

    def _value(self, prompt: Prompt[Any], key: str, turn: Turn) -> "_Value | None":
        data = self.state.answers[key].data
        try:
            value = prompt.from_json(turn, data)
        except Stale:
            self.state.drop(key)
            self.said = None
            self.lines.append(self.chat.say("ask.changed"))
            turn.view.clear()
            return None
        self.trail.append(Step(key, prompt, data, prompt.label(turn, value)))
        return _Value(value)

    def _ask(self, prompt: Prompt[Any], key: str, turn: Turn) -> Asking:
        if "line" in turn.view:
            self.lines.append(turn.view.pop("line"))
        question = prompt.ask(turn)
        self.state.at, self.state.view = key, turn.view
        text = "\n".join([*self.lines, question])
        return Asking(text, self.state, prompt, tuple(self.trail), self.missed)


@dataclass(frozen=True)
class _Value:
    data: Json

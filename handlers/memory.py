"""What a conversation remembers between two messages: answers by key, what was shown, what waits; one sealed JSON."""

import json
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from handlers.opening import Opening

IDLE = timedelta(minutes=30)
"""Domain.md section 4."""
FORGOTTEN = timedelta(days=7)
ASIDE = 3
"""So many dialogues wait at most; the oldest goes."""


@dataclass
class Answer:
    """A canonical answer and where it came from: "typed", "opening", or "word" where the flow's own word, an only
    choice or a guess settled it and nobody was asked."""

    data: Any
    source: str


@dataclass
class State:
    """One dialogue. `at` is the key of the question that was asked last and `view` what it showed; `walked` are the
    questions a person went back to, which the opening line does not answer again, and `before` what they had answered
    there; `mark` is the digest of an opening line that said more than the flow's word."""

    flow: str
    opened: date
    opening: Opening
    touched: datetime
    one_line: bool = False
    answers: dict[str, Answer] = field(default_factory=dict)
    walked: list[str] = field(default_factory=list)
    before: dict[str, Any] = field(default_factory=dict)
    at: str = ""
    view: dict[str, Any] = field(default_factory=dict)
    misses: int = 0
    mark: str = ""

    def copy(self) -> "State":
        """One that shares nothing with this one."""
        return replace(
            self,
            opening=replace(self.opening, left=[*self.opening.left]),
            answers={key: Answer(_copied(answer.data), answer.source) for key, answer in self.answers.items()},
            walked=[*self.walked],
            before=_copied(self.before),
            view=_copied(self.view),
        )

    def drop(self, key: str) -> None:
        """Opens a question again."""
        self.answers.pop(key, None)
        if key not in self.walked:
            self.walked.append(key)

    def reopen(self, key: str) -> None:
        """Opens a question again whose answer held: it is remembered, so that it need not be typed again."""
        if key in self.answers:
            self.before[key] = _copied(self.answers[key].data)
        self.drop(key)


def _copied(value: Any) -> Any:
    """A value of JSON again, as `deepcopy` would make it, which takes three times as long."""
    if isinstance(value, dict):
        return {key: _copied(each) for key, each in value.items()}
    return [_copied(each) for each in value] if isinstance(value, list) else value


@dataclass(frozen=True)
class Doubt:
    """A line of which it was asked whether it answers the running dialogue or begins another, and the day it came."""

    text: str
    day: date


@dataclass
class Memory:
    """The running dialogue, those put aside (the latest last), when 继续 / 重来 was just offered, how many messages
    in a row nobody understood, whose all this is (the person bound to the account, None for nobody), the records
    before the last one that 撤销 still takes back (kind, id, until when), and the line that is in doubt."""

    now: State | None = None
    aside: list[State] = field(default_factory=list)
    offered: datetime | None = None
    misses: int = 0
    whose: int | None = None
    earlier: list[tuple[str, int, datetime]] = field(default_factory=list)
    doubt: Doubt | None = None

    def put_aside(self, *, resting: bool = False) -> None:
        """The running dialogue waits for 继续, if anybody has answered anything in it: what the flow's word or an only
        choice settled is settled again. One that is only `resting` waits also then, for its question is still seen."""
        state, self.now, self.doubt = self.now, None, None
        if state is None:
            return
        answered = any(resting or answer.source != "word" for answer in state.answers.values())
        if answered or state.view.get("photos"):
            self.aside = [*self.aside, state][-ASIDE:]
            self.offered = None

    def take(self) -> State | None:
        """The running dialogue, else the one put aside last; it is out of the memory then."""
        state, self.now, self.doubt = self.now, None, None
        return state or (self.aside.pop() if self.aside else None)

    def let_go_of_what_is_old(self, now: datetime) -> State | None:
        """Puts a dialogue aside that nobody touched for half an hour, and forgets it after a week; returns the one
        that has just been put aside, whose last question is still what the person sees."""
        rested = self.now if self.now is not None and self.now.touched + IDLE <= now else None
        if rested is not None:
            self.put_aside(resting=True)
        self.aside = [state for state in self.aside if state.touched + FORGOTTEN > now]
        self.offered = self.offered if self.aside else None
        self.earlier = [kept for kept in self.earlier if kept[2] > now]
        return rested if rested in self.aside else None


def dump(memory: Memory) -> str:
    """The memory as JSON, or '' where there is nothing to remember."""
    if memory == Memory():
        return ""
    return json.dumps(vars(memory), default=_plain, ensure_ascii=False)


def _plain(value: Any) -> Any:
    """What JSON has no form for: moments, and the parts of a memory."""
    return value.isoformat() if isinstance(value, date) else vars(value)


def load(text: str, flows: Collection[str]) -> Memory:
    """The memory again, without dialogues of flows that are no longer in the table."""
    if not text:
        return Memory()
    kept = json.loads(text)
    aside = [state for state in map(_state, kept["aside"]) if state.flow in flows]
    now = _state(kept["now"]) if kept["now"] else None
    offered = datetime.fromisoformat(kept["offered"]) if isinstance(kept["offered"], str) and aside else None
    now = now if now and now.flow in flows else None
    earlier = [(kind, row, datetime.fromisoformat(until)) for kind, row, until in kept.get("earlier", [])]
    doubt = kept.get("doubt")
    doubt = Doubt(doubt["text"], date.fromisoformat(doubt["day"])) if doubt and now else None
    return Memory(now, aside, offered, kept["misses"], kept.get("whose"), earlier, doubt)


def _state(kept: dict[str, Any]) -> State:
    opening = kept["opening"]
    return State(
        **kept
        | {
            "opened": date.fromisoformat(kept["opened"]),
            "touched": datetime.fromisoformat(kept["touched"]),
            "opening": Opening(opening["word"], date.fromisoformat(opening["said_on"]), opening["left"]),
            "answers": {key: Answer(**answer) for key, answer in kept["answers"].items()},
        }
    )

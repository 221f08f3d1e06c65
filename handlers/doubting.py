"""Words where any words are an answer, which are rather something else: another one-line form, thanks, a greeting."""

from dataclasses import dataclass

from handlers.everywhere import Everywhere
from handlers.flow import Flow
from handlers.memory import Doubt, State
from handlers.naming import named_by_opening
from handlers.opening import Opening
from handlers.prompts.pick import Pick
from handlers.prompts.prompt import Got, Json, Missed, Turn
from handlers.reading.plain import plain
from handlers.said import Said

_COURTESY = {"hello": "hello.here", "thanks": "hello.welcome"}
_ANSWER, _OTHER = "answer", "other"
_LINE = 12


@dataclass(frozen=True)
class _Meaning:
    id: str
    label: str


class Doubting(Everywhere):
    """Asks which of the two is meant, and keeps the line until it is said: in the wrong child's file it would do harm,
    and thrown away it would be lost."""

    def _courtesy(self, called: Flow, flow: Flow, state: State) -> str:
        """The answer to nothing but thanks or a greeting, with the question again; '' where another flow was called."""
        key = _COURTESY.get(called.name)
        return f"{self._chat().say(key)}\n{self._ask_again(flow, state)}" if key else ""

    def _doubted(self, flow: Flow, state: State, said: Said, other: Flow, word: str, rest: str) -> str:
        """The question which is meant, where a line may begin another dialogue as well as answer the one that runs, and
        names something else than that is about; '' where it is an answer."""
        named = self._line_names(other, word, rest)
        known = {key: answer.data for key, answer in state.answers.items()} if other is flow else {}
        if named is None or named.items() <= known.items():
            return ""
        self.memory.doubt = Doubt(said.text, self.session.today)
        return self._which(state, self.memory.doubt)

    def _line_names(self, other: Flow, word: str, rest: str) -> dict[str, Json] | None:
        """What a line that opens a flow names there (a child, a day); None where it names nothing."""
        today = self.session.today
        new = State(other.name, today, Opening.of(word, today, rest), self.session.now, one_line=True)
        return named_by_opening(other.run, self._chat(new), new) if new.opening.left else None

    def _meant(self, state: State, doubt: Doubt, said: Said) -> bool | str:
        """Whether the line is an answer to what runs, or what to say to whoever has not said it."""
        if plain(said.text) == plain(doubt.text):  # an impatient thumb
            self.memory.doubt = doubt
            return self._which(state, doubt)
        pick, turn = self._pick(state, doubt), Turn(self._chat(state))
        question = pick.ask(turn)
        outcome = pick.read(turn, said) if said.kind == "text" else Missed(self._chat().say("ask.other_kind"))
        if isinstance(outcome, Missed):
            self.memory.doubt = doubt
            return f"{outcome.line}\n{question}"
        return isinstance(outcome, Got) and bool(outcome.data == _ANSWER)

    def _with_undone(self, doubt: Doubt | None, said: Said, answer: str) -> str:
        """The answer, below it that nothing was done with a line which nobody said the meaning of."""
        if doubt is None or plain(said.words) == plain(doubt.text):
            return answer
        undone = self._chat().say("doubt.undone", said=_shortened(doubt))
        return f"{answer}\n{undone}" if answer else undone

    def _which(self, state: State, doubt: Doubt) -> str:
        return self._pick(state, doubt).ask(Turn(self._chat(state)))

    def _pick(self, state: State, doubt: Doubt) -> Pick[_Meaning]:
        called = self._called(state)
        answer = _Meaning(_ANSWER, self._chat().say("doubt.answer", flow=called))
        other = _Meaning(_OTHER, self._chat().say("doubt.other", flow=called))
        return Pick("doubt.which", [answer, other], said=_shortened(doubt))


def _shortened(doubt: Doubt) -> str:
    line = doubt.text.strip()
    return line if len(line) <= _LINE else line[:_LINE] + "…"

"""One message of one account: which dialogue it belongs to, and what becomes of the others."""

from dataclasses import replace
from datetime import date, datetime

from handlers import intents
from handlers.danger import only_names
from handlers.dialogue import Asking, step
from handlers.doubting import Doubting
from handlers.flow import Flow, Who
from handlers.former import to_a_former
from handlers.memory import Doubt, State
from handlers.prompts.pick import Pick
from handlers.prompts.prompt import Missed, Turn
from handlers.reading.choices import bare, choice
from handlers.reading.plain import plain
from handlers.reading.questions import asks
from handlers.running import mark_of
from handlers.said import Said
from handlers.stranger import to_a_stranger
from handlers.universal import Universal, universal
from models.messaging.conversations import last_kept
from models.roster.people import Duty, duties_of

_STUCK = 2
_NEVER_MIND = ("算了", "算了吧")
"""At a question that may stay without an answer these drop the question, and anywhere else the dialogue."""
_NONE_OF_IT = ("都不要", "都不要了", "3都不要")


def _taken_up(words: str) -> int | None:
    """Which of 1 继续, 2 重来, 3 都不要 was said."""
    number = 3 if plain(words) in _NONE_OF_IT else choice(words)
    return number if number in (1, 2, 3) else None


class Exchange(Doubting):
    """The way of one message through the conversation."""

    def hear(self, said: Said, *, clicked: bool = False) -> str:
        """The answer to a message; `clicked` words are an intent and never the answer to a question."""
        meaning, now = universal(said.words), self._running()
        doubt, self.memory.doubt = self.memory.doubt, None
        if now is not None and doubt is not None and not clicked and meaning in (None, Universal.BACK):
            return self._settle(*now, doubt, said, back=meaning is not None)
        answer = self._hear(said, meaning, now, clicked=clicked)
        return self._with_undone(doubt or self.undone, said, answer) if meaning is not Universal.CANCEL else answer

    def _hear(self, said: Said, meaning: Universal | None, now: tuple[Flow, State] | None, *, clicked: bool) -> str:
        if now is not None and plain(said.words) in _NEVER_MIND and self._optional(*now):
            return self._continue(*now, Said("text", text="0"))
        if meaning is not None:
            return self._universal(meaning)
        if now is not None and self._said_again(now[1], said):
            return self._ask_again(*now)
        if now is not None and not clicked:
            return self._continue(*now, said)
        offered = self.memory.offered
        if offered and not clicked and (number := _taken_up(said.words)) and not self._asked_since(offered, said):
            return self._take_up(number)
        late = None if clicked else self._too_late(said)
        return late or self._joined(said) or self._mended(said) or self._open(said)

    def noting(self, said: Said) -> Flow | None:
        """The flow in which a staff member is writing down what happened, by these words: they must be kept as well as
        heard. Everybody else's words of danger are answered and leave the dialogue where it was."""
        if self.person is None or not duties_of(self.session, self.person.id):
            return None
        now = self._running()
        if now is not None:
            asked = step(now[0].run, self._chat(now[1]), now[1])
            return now[0] if isinstance(asked, Asking) and asked.prompt.free else None
        found = self._opens(said)
        return found[0] if found is not None and found[0].who is Who.STAFF and found[2] else None

    def naming(self, said: Said) -> bool:
        """Whether the words do nothing but name content, in a command for it or in answer to a question that offers it.
        Where free words are asked for, nothing is a name."""
        now = self._running()
        if now is not None:
            asked, names = step(now[0].run, self._chat(now[1]), now[1]), now[0].names
            prompt = asked.prompt if isinstance(asked, Asking) else None
            if prompt is not None and prompt.free:
                return False
            if names and said.kind == "text" and isinstance(prompt, Pick) and prompt.options.find(said.words):
                return only_names(said.words, names())
        found = self._opens(said)
        return found is not None and found[0].names is not None and only_names(found[2], found[0].names())

    def greet(self, scene: str) -> str:
        """Somebody followed us or scanned a code: on to binding with the scene, or a greeting."""
        flow = self.tables.named("bind") if scene else None
        flow = flow or self.tables.named("hello")
        return self._start(flow, flow.words[0], scene) if flow else self._chat().say("bind.who")

    def _take_up(self, number: int | None) -> str:
        """The answer to what waits: 继续, 重来, 都不要."""
        if number != 3:
            return self._resume(again=number == 2)
        self.memory.aside, self.memory.offered = [], None
        return self._chat().say("cancel.all")

    def _asked_since(self, then: datetime, said: Said) -> bool:
        """Whether the words answer a notice or a question that came later than that."""
        found = self._opens(said)
        asked = found[0].asked_at(self.session, self.person) if found is not None and self.person is not None else None
        return asked is not None and asked > then

    def _too_late(self, said: Said) -> str | None:
        """The answer to a question that has stood for half an hour is not carried out unseen: the question is asked
        again, and it is said why. None for what is no answer to it; what was sent since and can be answered is answered
        first."""
        state = self.rested
        flow = self.tables.named(state.flow) if state else None
        if state is None or flow is None or said.kind != "text" or not self._may(flow):
            return None
        if intents.called_by(said.text, self.tables.flows, self.session, self.person):
            return None
        if self._asked_since(state.touched, said):
            return None
        chat, state = self._chat(state), replace(state, opened=self.session.today)
        asked = step(flow.run, chat, state)
        if not isinstance(asked, Asking) or asked.prompt.free:
            return None
        turn = Turn(chat, asked.trail, asked.state.copy().view)
        if isinstance(asked.prompt.read(turn, said), Missed):
            return None
        self._forget_rested()
        return f"{chat.say('ask.too_late', said=said.text.strip())}\n{self._after(flow, asked)}"

    # -- the running dialogue

    def _continue(self, flow: Flow, state: State, said: Said) -> str:
        found = self._opens(said) if said.kind == "text" else None
        if found is not None and not bare(said.text) and self._takes_any_words(flow, state):
            if found[0].is_called(said.text):
                return self._courtesy(found[0], flow, state) or self._open(said)
            if asked := self._doubted(flow, state, said, *found):
                return asked
        return self._answer(flow, state, said)

    def _settle(self, flow: Flow, state: State, doubt: Doubt, said: Said, *, back: bool) -> str:
        """What becomes of the line that was in doubt."""
        if back:
            return self._ask_again(flow, state)
        meant = self._meant(state, doubt, said)
        if isinstance(meant, str):
            return meant
        line = Said("text", text=doubt.text)
        return self._answer(flow, state, line) if meant else self._open(line, on=doubt.day)

    def _answer(self, flow: Flow, state: State, said: Said) -> str:
        """The words as an answer to what was asked."""
        chat = self._chat(state)
        outcome = step(flow.run, chat, state, said)
        if isinstance(outcome, Asking) and outcome.missed:
            if joined := self._joined(said):
                return f"{joined}\n{self._ask_again(flow, state)}"
            found = None if outcome.prompt.free else self._opens(said)
            whole = found is not None and found[0].is_called(said.words) and not bare(said.words)
            if found is not None and whole and (courtesy := self._courtesy(found[0], flow, state)):
                return courtesy
            begun_anew = found is not None and ((found[0] is flow and flow.fleeting) or found[0].name == "thanks")
            if found is not None and found[0].is_called(found[1]) and not begun_anew:  # a bare number calls nothing
                return self._open(said)
            if outcome.state.misses >= _STUCK:
                outcome = replace(outcome, text=f"{outcome.text}\n{chat.say('ask.stuck')}")
        return self._after(flow, outcome)

    @staticmethod
    def _said_again(state: State, said: Said) -> bool:
        """The very line that opened it, sent again by an impatient thumb."""
        return bool(state.mark) and said.kind == "text" and state.mark == mark_of(said.text)

    def _optional(self, flow: Flow, state: State) -> bool:
        asked = step(flow.run, self._chat(state), state)
        return isinstance(asked, Asking) and asked.prompt.optional

    def _takes_any_words(self, flow: Flow, state: State) -> bool:
        asked = step(flow.run, self._chat(state), state)
        return isinstance(asked, Asking) and asked.prompt.free

    def _open(self, said: Said, on: date | None = None) -> str:
        again = next((state for state in self.memory.aside if self._said_again(state, said)), None)
        if again is not None:
            self.memory.aside = [state for state in self.memory.aside if state is not again]
            self.memory.put_aside()
            self.memory.now = again
            return self._resume(again=False)
        found = self._opens(said)
        if found is not None:
            return self._offer_same(*found) or self._start(*found, on=on)
        if offer := self._own_question(said):
            return offer
        if self.memory.offered or self.memory.aside:  # said twice beside the offer: not understood, and here is help
            self.memory.misses += 1
            return self._with_offer(self._lost(said) if self.memory.misses > 1 else "")
        return self._lost(said)

    def _own_question(self, said: Said) -> str:
        """The offer to pass a guardian's own question on; '' where the words ask nothing, or are nobody's to pass."""
        flow = self.tables.named("own_question")
        if flow is None or not asks(said.words) or not flow.open_to(self.session, self.person):
            return ""
        return self._start(flow, flow.words[0], said.words)

    def _opens(self, said: Said) -> tuple[Flow, str, str] | None:
        found = intents.opened_by(said.words, self.tables.flows, self.session, self.person)
        return found or intents.told_to(said.words, self.tables.flows, self.session, self.person)

    def _offer_same(self, flow: Flow, _word: str, rest: str) -> str | None:
        """The same word again in the middle of its dialogue: 继续 or 重来 is the person's to say."""
        half = self.memory.now or (self.memory.aside[-1] if self.memory.aside else None)
        if rest or half is None or half.flow != flow.name or not half.answers:
            return None
        self.memory.put_aside()
        return self._with_offer("")

    def _lost(self, said: Said) -> str:
        chat = self._chat()
        if self.person is None:
            told = to_a_stranger(chat)
            return chat.say(told.key, **told.params)
        if held := intents.once_theirs(said.words, self.tables.flows, self.session, self.person):
            told = to_a_former(chat, held)
            return chat.say(told.key, **told.params)
        if meant := intents.somebody_elses(said.words, self.tables.flows, self.session, self.person):
            return self._not_theirs(meant)
        if not said.words:
            return chat.say("menu.other_kind")
        self.memory.misses += 1
        words = said.words if len(said.words) <= 12 else said.words[:12] + "…"
        text = chat.say("menu.lost", said=words)
        return f"{text}\n{chat.say('ask.stuck')}" if self.memory.misses >= _STUCK else text

    def _not_theirs(self, flow: Flow) -> str:
        """Who can do it, for whoever works here; to everybody else it is nothing that there is."""
        chat = self._chat()
        if not flow.duties or not duties_of(self.session, chat.me.id):
            return chat.say("refused.not_yours")
        who = chat.say("refused.or").join(chat.say(f"duty.{each.value}") for each in Duty if each in flow.duties)
        return chat.say("refused.others_duty", who=who)

    # -- what waits, and what was kept

    def _joined(self, said: Said) -> str | None:
        kept = last_kept(self.session, self.conversation)
        join = self.tables.joins.get(kept[0]) if kept else None
        if kept is None or join is None or said.kind not in ("image", "voice", "location"):
            return None
        if said.kind == "voice" and self._names_anew(said):  # 家访小川, spoken: the next one, of another child
            return None
        with self.session.begin_nested():
            return join(self._chat(), kept[1], said)

    def _names_anew(self, said: Said) -> bool:
        """Whether the words open a flow and say what it is about: 家访小川, and not 家访很顺利."""
        found = self._opens(said)
        return found is not None and bool(self._line_names(*found))

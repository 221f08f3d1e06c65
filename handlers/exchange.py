"""One message of one account: which dialogue it belongs to, and what becomes of the others."""

from dataclasses import replace
from datetime import timedelta

from handlers import intents
from handlers.chat import Chat
from handlers.dialogue import Asking, Ended, Go, Kept, Outcome, back, step
from handlers.flow import Flow, Who
from handlers.memory import Memory, State
from handlers.opening import Opening
from handlers.reading.choices import choice
from handlers.said import Said
from handlers.tables import Tables
from handlers.universal import Universal, universal
from models.base.store import Session
from models.messaging.conversations import Talk, last_kept, note_kept
from models.roster.consent import has_consent
from models.roster.people import Person, duties_of

UNDOABLE = timedelta(minutes=10)
_STUCK = 2


class Exchange:
    """The way of one message through the conversation; `memory` is what is remembered after it."""

    def __init__(
        self,
        tables: Tables,
        session: Session,
        conversation: Talk,
        memory: Memory,
        person: Person | None,
        cause: int,
    ) -> None:
        self.tables = tables
        self.session = session
        self.conversation = conversation
        self.memory = memory
        self.person = person
        self.cause = cause
        memory.let_go_of_what_is_old(session.now)

    def hear(self, said: Said, *, clicked: bool = False) -> str:
        """The answer to a message; `clicked` words are an intent and never the answer to a question."""
        meaning = universal(said.words)
        if meaning is not None:
            return self._universal(meaning)
        now = self._running()
        if now is not None and not clicked:
            return self._continue(*now, said)
        if self.memory.offered and not clicked and choice(said.words) in (1, 2):
            return self._resume(again=choice(said.words) == 2)
        return self._joined(said) or self._open(said)

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

    def greet(self, scene: str) -> str:
        """Somebody followed us or scanned a code: on to binding with the scene, or a greeting."""
        flow = self.tables.named("bind") if scene else None
        flow = flow or self.tables.named("hello")
        return self._start(flow, flow.words[0], scene) if flow else self._chat().say("bind.who")

    # -- the words that mean the same everywhere

    def _universal(self, meaning: Universal) -> str:
        now = self._running()
        match meaning:
            case Universal.BACK:
                return self._back(now)
            case Universal.CANCEL:
                return self._cancel(now)
            case Universal.UNDO:
                return self._undo(now)
            case Universal.RESUME | Universal.RESTART:
                return self._resume(again=meaning is Universal.RESTART)
            case Universal.HELP if now is not None:
                return f"{self._chat().say('help.here')}\n{self._ask_again(*now)}"
            case Universal.HELP:
                return self._named("help")
            case Universal.HUMAN:
                return self._named("human")

    def _back(self, now: tuple[Flow, State] | None) -> str:
        if now is None:
            return self._with_offer(self._chat().say("back.nothing"))
        flow, state = now
        outcome = back(flow.run, self._chat(state), state)
        if outcome is None:
            return f"{self._chat().say('back.nothing')}\n{self._ask_again(flow, state)}"
        return self._after(flow, outcome)

    def _cancel(self, now: tuple[Flow, State] | None) -> str:
        dropped = self.memory.take()
        if dropped is None:
            return self._chat().say("cancel.nothing")
        return self._with_offer(self._chat().say("cancel.dropped", flow=self._called(dropped)))

    def _undo(self, now: tuple[Flow, State] | None) -> str:
        kept = last_kept(self.session, self.conversation)
        undo = self.tables.undos.get(kept[0]) if kept else None
        if kept is None or undo is None:
            text = self._chat().say("undo.nothing")
        else:
            with self.session.begin_nested():
                text = undo(self._chat(), kept[1])
            note_kept(self.conversation, None, None)
        return f"{text}\n{self._ask_again(*now)}" if now else text

    def _resume(self, *, again: bool) -> str:
        state = self.memory.take()
        flow = self.tables.named(state.flow) if state else None
        if state is None or flow is None or not self._may(flow):
            return self._chat().say("resume.nothing")
        self.memory.offered = False
        if again:
            return self._start(flow, state.opening.word, "")
        return self._after(flow, step(flow.run, self._chat(state), replace(state, opened=self.session.today)))

    # -- the running dialogue

    def _running(self) -> tuple[Flow, State] | None:
        state = self.memory.now
        flow = self.tables.named(state.flow) if state else None
        if state is None or flow is None or not self._may(flow):
            self.memory.now = None
            return None
        return flow, state

    def _continue(self, flow: Flow, state: State, said: Said) -> str:
        chat = self._chat(state)
        others = [each for each in self.tables.flows if each.name != "hello"]  # 你好 begins many a question
        if said.kind == "text" and intents.called_by(said.text, others, self.session, self.person):
            asked = step(flow.run, chat, state)
            if isinstance(asked, Asking) and asked.prompt.free:
                return self._open(said)
        outcome = step(flow.run, chat, state, said)
        if isinstance(outcome, Asking) and outcome.missed:
            if joined := self._joined(said):
                return f"{joined}\n{self._ask_again(flow, state)}"
            found = None if outcome.prompt.free else self._opens(said)
            if found is not None and found[0].is_called(found[1]):  # a bare number is no call away from here
                return self._open(said)
            if outcome.state.misses >= _STUCK:
                outcome = replace(outcome, text=f"{outcome.text}\n{chat.say('ask.stuck')}")
        return self._after(flow, outcome)

    def _ask_again(self, flow: Flow, state: State) -> str:
        return self._after(flow, step(flow.run, self._chat(state), state))

    def _after(self, flow: Flow, outcome: Outcome) -> str:
        """Remembers what an outcome leaves behind, and says it."""
        if isinstance(outcome, Asking):
            outcome.state.touched = self.session.now
            self.memory.now, self.memory.offered, self.memory.misses = outcome.state, False, 0
            return outcome.text
        self.memory.now, self.memory.misses = None, 0
        return self._ended(outcome)

    def _ended(self, outcome: Ended) -> str:
        result = outcome.result
        if result is None:
            return self._with_offer(outcome.line)
        if isinstance(result, Go):
            before = f"{self._chat().say(result.key)}\n" if result.key else ""
            return before + self._named(result.flow, result.opening)
        if isinstance(result, Kept):
            note_kept(self.conversation, result.undo, self.session.now + UNDOABLE)
            if result.then:
                return f"{self._chat().say(result.key, **result.params)}\n{self._named(result.then)}"
        return self._with_offer(self._chat().say(result.key, **result.params))

    def _open(self, said: Said) -> str:
        found = self._opens(said)
        if found is not None:
            return self._offer_same(*found) or self._start(*found)
        if self.memory.offered or self.memory.aside:  # said twice beside the offer: not understood, and here is help
            self.memory.misses += 1
            return self._with_offer(self._lost(said) if self.memory.misses > 1 else "")
        return self._lost(said)

    def _opens(self, said: Said) -> tuple[Flow, str, str] | None:
        return intents.opened_by(said.words, self.tables.flows, self.session, self.person)

    def _start(self, flow: Flow, word: str, rest: str) -> str:
        if not self._agreed(flow):
            return self._named("consent")  # a router without such a flow says that it may not be used
        self.memory.put_aside()
        today = self.session.today
        opening = Opening.of(word, today, rest)
        state = State(flow.name, today, opening, self.session.now, one_line=bool(opening.left))
        aside = self.memory.aside[-1] if self.memory.aside and not self.memory.offered else None
        text = self._after(flow, step(flow.run, self._chat(state), state))
        if aside is None or self.memory.now is None:
            return text
        return f"{self._chat().say('resume.aside', flow=self._called(aside))}\n{text}"

    def _named(self, name: str, opening: str = "") -> str:
        flow = self.tables.named(name)
        if flow is None or not flow.open_to(self.session, self.person):
            return self._chat().say("bind.who" if self.person is None else "refused.not_yours")
        return self._start(flow, flow.words[0], opening)

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
            return chat.say("bind.who")
        if intents.is_somebody_elses(said.words, self.tables.flows):
            return chat.say("refused.not_yours")
        if not said.words:
            return chat.say("menu.other_kind")
        self.memory.misses += 1
        words = said.words if len(said.words) <= 12 else said.words[:12] + "…"
        text = chat.say("menu.lost", said=words)
        return f"{text}\n{chat.say('ask.stuck')}" if self.memory.misses >= _STUCK else text

    def _may(self, flow: Flow) -> bool:
        return flow.open_to(self.session, self.person) and self._agreed(flow)

    def _agreed(self, flow: Flow) -> bool:
        """Nothing is shown before the person agreed; what anyone may use (binding, help, a human) needs no consent."""
        return flow.who is Who.ANYONE or self.person is None or has_consent(self.session, self.person.id)

    # -- what waits, and what was kept

    def _joined(self, said: Said) -> str | None:
        kept = last_kept(self.session, self.conversation)
        join = self.tables.joins.get(kept[0]) if kept else None
        if kept is None or join is None or said.kind not in ("image", "voice", "location"):
            return None
        with self.session.begin_nested():
            return join(self._chat(), kept[1], said)

    def _with_offer(self, text: str) -> str:
        """The text, with what waits offered after it."""
        if not self.memory.aside:
            self.memory.offered = False
            return text
        self.memory.offered = True
        offer = self._chat().say("resume.offer", flow=self._called(self.memory.aside[-1]))
        return f"{text}\n{offer}" if text else offer

    def _called(self, state: State) -> str:
        """What a dialogue is called: the first word of its flow."""
        flow = self.tables.named(state.flow)
        return flow.words[0] if flow else ""

    def _chat(self, state: State | None = None) -> Chat:
        today = state.opened if state else self.session.today
        return Chat(
            self.session,
            self.conversation.openid,
            self.person,
            today,
            self.cause,
            self.tables.bureau,
            one_line=bool(state and state.one_line),
            pages=self.tables.pages,
        )

"""Begins a dialogue, asks in it once more, and remembers what each step leaves behind."""

import hashlib
from datetime import date, timedelta

from handlers.chat import Chat
from handlers.dialogue import Asking, Ended, Go, Kept, Outcome, Told, step
from handlers.flow import Flow, Who
from handlers.memory import Memory, State
from handlers.opening import Opening
from handlers.reading.plain import plain
from handlers.tables import Tables
from models.base.store import Session
from models.messaging.conversations import Talk, last_kept, note_kept
from models.messaging.hindrance import hindrance_of_all
from models.roster.consent import has_consent
from models.roster.people import Person

UNDOABLE = timedelta(minutes=10)
_EARLIER = 4
"""So many records before the last one can be taken back, one 撤销 after the other."""
_ABOUT = 14


def mark_of(line: str) -> str:
    """What an opening line is known by when it comes again: the typed text itself is not kept."""
    return hashlib.sha256(plain(line).encode()).hexdigest()[:16]


class Running:
    """The dialogues of one account for the length of one message; `memory` is what is remembered after it."""

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
        self.mark = ""
        """The opening line of this message, which a dialogue that goes on to another hands to it."""
        self.told_aside = False
        doubted = memory.doubt
        self.rested = memory.let_go_of_what_is_old(session.now)
        self.undone = doubted if memory.doubt is None else None
        """A line in doubt that has waited too long: nobody said in time what it is."""
        if self.rested is not None and self._is_fleeting(self.rested):
            self._forget_rested()

    def _running(self) -> tuple[Flow, State] | None:
        state = self.memory.now
        flow = self.tables.named(state.flow) if state else None
        if state is None or flow is None or not self._may(flow):
            self.memory.now = None
            return None
        return flow, state

    def _start(self, flow: Flow, word: str, rest: str, on: date | None = None) -> str:
        """Begins a dialogue by a line; `on` is the day it was written, where that is not now."""
        if not self._agreed(flow):
            return self._named("consent")  # a router without such a flow says that it may not be used
        now = self.memory.now
        if now is not None and (self._is_fleeting(now) or (now.flow == flow.name and flow.who is Who.ANYONE)):
            self.memory.now = None  # a code that is scanned again does not wait behind itself
        self.memory.put_aside()
        today = on or self.session.today
        opening = Opening.of(word, today, rest)
        self.mark = self.mark or (mark_of(word + rest) if opening.left else "")
        state = State(flow.name, today, opening, self.session.now, one_line=bool(opening.left), mark=self.mark)
        aside = self.memory.aside[-1] if self.memory.aside and not self.memory.offered and not self.rested else None
        text = self._below_trouble(flow, self._after(flow, step(flow.run, self._chat(state), state)))
        if aside is None or self.memory.now is None or self.told_aside:
            return text
        self.told_aside = True
        return f"{self._chat().say('resume.aside', flow=self._called(aside))}\n{text}"

    def _below_trouble(self, flow: Flow, text: str) -> str:
        """What staff begins to do is answered below what keeps every message in, for no message tells them."""
        if self.person is None or flow.who not in (Who.STAFF, Who.ANYONE):
            return text
        trouble = hindrance_of_all(self.session, self.person)
        return f"{trouble}\n\n{text}" if trouble and trouble not in text else text

    def _named(self, name: str, opening: str = "") -> str:
        flow = self.tables.named(name)
        if flow is None or not flow.open_to(self.session, self.person):
            return self._chat().say("bind.who" if self.person is None else "refused.not_yours")
        return self._start(flow, flow.words[0], opening)

    def _ask_again(self, flow: Flow, state: State) -> str:
        return self._after(flow, step(flow.run, self._chat(state), state))

    def _after(self, flow: Flow, outcome: Outcome) -> str:
        """Remembers what an outcome leaves behind, and says it."""
        if isinstance(outcome, Asking):
            outcome.state.touched = self.session.now
            self.memory.now, self.memory.offered, self.memory.misses = outcome.state, None, 0
            return outcome.text
        self.memory.now, self.memory.misses = None, 0
        return self._ended(outcome)

    def _ended(self, outcome: Ended) -> str:
        result = outcome.result
        if result is None:
            return self._with_offer(outcome.line)
        if isinstance(result, Go):
            before = f"{self._chat().say(result.key, **result.params)}\n" if result.key else ""
            return before + self._named(result.flow, result.opening)
        if isinstance(result, Kept):
            self._note_kept(result.undo)
            if result.then:
                return f"{self._chat().say(result.key, **result.params)}\n{self._named(result.then)}"
        text = self._chat().say(result.key, **result.params)
        return text if isinstance(result, Told) and result.quiet else self._with_offer(text)

    def _is_fleeting(self, state: State) -> bool:
        flow = self.tables.named(state.flow)
        return flow is not None and flow.fleeting

    def _forget_rested(self) -> None:
        """What has just rested waits no more; it is answered at once or never."""
        self.memory.aside = [state for state in self.memory.aside if state is not self.rested]

    def _note_kept(self, kept: tuple[str, int] | None) -> None:
        """What 撤销 takes back next; a record that cannot be taken back stands before all earlier ones."""
        before, until = last_kept(self.session, self.conversation), self.conversation.until
        if kept is None:
            self.memory.earlier.clear()
        elif before is not None and until is not None and before != kept:
            self.memory.earlier = [*self.memory.earlier, (*before, until)][-_EARLIER:]
        note_kept(self.conversation, kept, self.session.now + UNDOABLE)

    def _may(self, flow: Flow) -> bool:
        return flow.open_to(self.session, self.person) and self._agreed(flow)

    def _agreed(self, flow: Flow) -> bool:
        """Nothing is shown before the person agreed; what anyone may use (binding, help, a human) needs no consent."""
        return flow.who is Who.ANYONE or self.person is None or has_consent(self.session, self.person.id)

    def _with_offer(self, text: str) -> str:
        """The text, with what waits offered after it."""
        if not self.memory.aside:
            self.memory.offered = None
            return text
        self.memory.offered = self.session.now
        offer = self._chat().say("resume.offer", flow=self._called(self.memory.aside[-1]))
        return f"{text}\n{offer}" if text else offer

    def _called(self, state: State) -> str:
        """What a dialogue is called: the first word of its flow, and what it is about."""
        flow = self.tables.named(state.flow)
        name, about = flow.words[0] if flow else "", self._about(state)
        return self._chat().say("resume.about", flow=name, about=about) if about else name

    def _about(self, state: State) -> str:
        """What a dialogue is about in a few words, by its first answer (a child, a title); '' before there is one."""
        flow = self.tables.named(state.flow)
        if flow is None or not self._may(flow):
            return ""
        only_looking = self.session.begin_nested()
        asked = step(flow.run, self._chat(state), state)
        if isinstance(asked, Ended):
            only_looking.rollback()
            return ""
        only_looking.commit()
        return next((each.label for each in asked.trail if each.label), "").split("（")[0][:_ABOUT]

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
            foresee=self.tables.foresee,
        )

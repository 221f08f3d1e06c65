"""The words that mean the same everywhere: 返回, 取消, 撤销, 继续, 重来, 帮助, 人工."""

from dataclasses import replace

from handlers.dialogue import back, step
from handlers.flow import Flow
from handlers.memory import State
from handlers.reading.plain import plain
from handlers.running import Running
from handlers.said import Said
from handlers.universal import Universal
from models.messaging.conversations import last_kept, note_kept

_MEND = ("改", "改一下", "改一改", "改一处", "修改", "要改", "我要改", "记错了", "写错了")
_MENDED_BY = {"visit": "correct_visit", "duty": "correct_task"}
"""Which flow changes a record, by its kind."""


class Everywhere(Running):
    """What they do, whichever dialogue runs, or none."""

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
            return self._back_to_what_waits() or self._chat().say("back.nothing")
        flow, state = now
        outcome = back(flow.run, self._chat(state), state)
        if outcome is None:
            return f"{self._chat().say('back.nothing')}\n{self._ask_again(flow, state)}"
        return self._after(flow, outcome)

    def _back_to_what_waits(self) -> str:
        """With nothing running, back is to what was left for something else; '' where nothing waits."""
        if not self.memory.aside:
            return ""
        called = self._called(self.memory.aside[-1])
        return f"{self._chat().say('back.to', flow=called)}\n{self._resume(again=False)}"

    def _cancel(self, now: tuple[Flow, State] | None) -> str:
        dropped = self.memory.take()
        if dropped is None:
            return self._chat().say("cancel.nothing")
        named = self._about(dropped) and not self._is_fleeting(dropped)
        what = self._called(dropped) if named else ""
        text = self._chat().say("cancel.dropped", flow=what)
        self.memory.offered = None  # who cancels wants to be out: nothing that waits takes the next number
        if not self.memory.aside:
            return text
        return f"{text}\n{self._chat().say('cancel.waits', flow=self._called(self.memory.aside[-1]))}"

    def _undo(self, now: tuple[Flow, State] | None) -> str:
        kept = last_kept(self.session, self.conversation)
        if kept is None and self.memory.earlier:
            kept = self.memory.earlier.pop()[:2]
        undo = self.tables.undos.get(kept[0]) if kept else None
        if kept is None or undo is None:
            text = self._chat().say("undo.nothing")
        else:
            with self.session.begin_nested():
                text = undo(self._chat(), kept[1])
            note_kept(self.conversation, None, None)
        return f"{text}\n{self._ask_again(*now)}" if now else text

    def _mended(self, said: Said) -> str:
        """改 right after something was kept opens what changes it; '' for any other words, or where nothing was."""
        kept = last_kept(self.session, self.conversation) if plain(said.words) in _MEND else None
        flow = self.tables.named(_MENDED_BY.get(kept[0], "")) if kept else None
        return self._start(flow, flow.words[0], "") if flow is not None and self._may(flow) else ""

    def _resume(self, *, again: bool) -> str:
        state = self.memory.take()
        flow = self.tables.named(state.flow) if state else None
        if state is None or flow is None or not self._may(flow):
            return self._chat().say("resume.nothing")
        self.memory.offered = None
        if again:
            return self._start(flow, state.opening.word, "")
        return self._after(flow, step(flow.run, self._chat(state), replace(state, opened=self.session.today)))

"""换时间, 暂停, 恢复: when the week's lesson comes, or that it rests."""

from datetime import time

from handlers.chat import Chat
from handlers.dialogue import Dialogue, Kept
from handlers.flow import Who, flow
from handlers.guardian.evenings import EVENINGS, Choice, weekdays
from handlers.prompts import Pick
from handlers.prompts.prompt import Got, Outcome, Turn
from handlers.reading.plain import plain
from handlers.said import Said
from models.learning.enrolments import next_day
from models.learning.times import LessonTime, change_time, lesson_time, pause, resume


class _Weekday(Pick[Choice]):
    """Which weekday. 礼拜六早上八点 answers the next question too; a time of day alone keeps the weekday as it is."""

    def __init__(self, chat: Chat) -> None:
        super().__init__("schedule.which_weekday", weekdays(), name=lambda d: d.label, words=lambda d: d.words)
        chosen = lesson_time(chat.session, chat.me.id)
        self.kept = chosen.weekday if chosen else None

    def read(self, turn: Turn, said: Said) -> Outcome:
        """The weekday, and what was said after it."""
        line = "".join(said.text.split())
        found, rest = self.options.leading(line)
        if len(found) == 1 and rest:
            return Got(found[0].ident, rest)
        if self.kept is not None and any(plain(line) in map(plain, each.words) for each in EVENINGS):
            return Got(self.kept, line)
        return super().read(turn, said)


@flow("换时间", "改时间", "换个时间", who=Who.GUARDIAN, menu="schedule.menu_change")
def change_lesson_time(chat: Chat) -> Dialogue:
    """Asks for the weekday and the time of day."""
    weekday = yield from _Weekday(chat)
    evening = yield from Pick("schedule.which_hour", EVENINGS, name=lambda e: e.label, words=lambda e: e.words)
    chosen = change_time(chat.session, chat.me.id, weekday.id, time(*divmod(evening.id, 60)))
    return Kept("schedule.changed", when(chat, chosen))


@flow("暂停", "不学了", "先不学", who=Who.GUARDIAN, menu="schedule.menu_pause")
def pause_lessons(chat: Chat) -> Dialogue:
    """Lessons rest; safety notices do not."""
    yield from ()
    pause(chat.session, chat.me.id)
    return Kept("schedule.paused")


@flow("恢复", "接着学", "继续学", who=Who.GUARDIAN)
def resume_lessons(chat: Chat) -> Dialogue:
    """Lessons come again, from where they rested."""
    yield from ()
    return Kept("schedule.resumed", when(chat, resume(chat.session, chat.me.id)))


def lesson_line(chat: Chat) -> str:
    """When the person's next lesson comes, or that lessons rest; '' before there are any."""
    chosen = lesson_time(chat.session, chat.me.id)
    if chosen is None:
        return ""
    if chosen.paused_at:
        return chat.say("schedule.line_paused")
    day, rests = next_day(chat.session, chosen)
    if day is None:
        return ""
    return chat.say("schedule.line_rests" if rests else "schedule.line", **when(chat, chosen))


def when(chat: Chat, chosen: LessonTime) -> dict[str, object]:
    """The parameters of a text that says when lessons come, and when the next one does."""
    label = next(day.label for day in weekdays() if day.id == chosen.weekday)
    day, _ = next_day(chat.session, chosen)
    return {"weekday": label, "time": f"{chosen.hour}:{chosen.minute:02d}", "day": day}

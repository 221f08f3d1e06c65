"""Some grades, as people call them: 七年级、八年级; 初一初二; 高中; 0 or 全部 for every one."""

from handlers.opening import Opening
from handlers.prompts.prompt import Got, Json, Missed, Outcome, Prompt, Turn
from handlers.reading.choices import none
from handlers.said import Said
from models.base.errors import Refused
from models.calendar import grades


class Grades(Prompt[grades.Grades]):
    """Which grades; () for all of them."""

    optional = True

    def read(self, turn: Turn, said: Said) -> Outcome:
        """Every grade that is named, or all."""
        if none(said.text):
            return Got([])
        try:
            return Got(list(grades.read_grades(said.text)))
        except Refused as error:
            return Missed(turn.chat.say(error.key, **error.params))

    def claim(self, turn: Turn, opening: Opening) -> Got | None:
        """Every word of the line that names grades."""
        found: list[str] = []
        for index in reversed(range(len(opening.left))):
            try:
                named = grades.read_grades(opening.left[index])
            except Refused:
                continue
            if named:
                found += named
                opening.take(index)
        return Got(list(grades.in_order(found))) if found else None

    def from_json(self, turn: Turn, data: Json) -> grades.Grades:
        """The grades."""
        return tuple(data)

    def label(self, turn: Turn, value: grades.Grades) -> str:
        """Their names, or that it is all."""
        return grades.grades_kept(value) or turn.chat.say("calendar.every_grade")

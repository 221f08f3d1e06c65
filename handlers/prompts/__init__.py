"""The questions a flow can ask: `child = yield from Pick("visit.which_child", …)` gives a typed value."""

from handlers.prompts.confirm import Confirm, YesNo
from handlers.prompts.day import Day
from handlers.prompts.grades import Grades
from handlers.prompts.number import Code, Digits, Number
from handlers.prompts.pick import Pick
from handlers.prompts.pick_some import PickSome
from handlers.prompts.place import Place, Spot
from handlers.prompts.prompt import Prompt, Stale
from handlers.prompts.text import Note, Photos, Text, Voice

__all__ = [
    "Code",
    "Confirm",
    "Day",
    "Digits",
    "Grades",
    "Note",
    "Number",
    "Photos",
    "Pick",
    "PickSome",
    "Place",
    "Prompt",
    "Spot",
    "Stale",
    "Text",
    "Voice",
    "YesNo",
]

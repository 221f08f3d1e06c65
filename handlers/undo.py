"""What 撤销 takes back, by the kind of record: the one table."""

from collections.abc import Callable

from handlers.chat import Chat
from handlers.staff import appoint, school_calendar, tasks
from handlers.teacher import call_list
from handlers.teacher.log_visit import take_back

Undo = Callable[[Chat, int], str]
"""Takes back the record of that id and returns what to say. Raises Refused where it cannot be taken back any more."""

UNDOS: dict[str, Undo] = {
    "visit": take_back,
    "call": call_list.take_back,
    "duty": tasks.take_back,
    "calendar": school_calendar.take_back,
    "appointed": appoint.take_back,
    "nominated": appoint.take_back_nomination,
    "dismissed": appoint.take_back_end,
    "mend": tasks.take_back_mend,
}

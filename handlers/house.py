"""The house's own router: every table and who is called, put together once for whoever serves."""

from handlers.chat import Foresee, blind
from handlers.danger import danger_words
from handlers.flows import FLOWS
from handlers.joining import JOINS
from handlers.router import Router
from handlers.undo import UNDOS
from models.care.alerts import raise_alert


def house_router(bureau: str, pages: str = "", foresee: Foresee = blind) -> Router:
    """Answers with every flow; `bureau` is the name that texts sign with, `pages` the address that pages begin with,
    `foresee` what says which notices an edit of the calendar moves.

    Raises Misconfigured where the words of danger cannot be read: better no bot than one that does not hear them.
    """
    danger_words("")
    return Router(FLOWS, UNDOS, JOINS, raise_alert, bureau, pages, foresee)

"""The house's own router: every table and who is called, put together once for whoever serves."""

from handlers.flows import FLOWS
from handlers.joining import JOINS
from handlers.router import Router
from handlers.undo import UNDOS
from models.care.alerts import raise_alert


def house_router(bureau: str) -> Router:
    """Answers with every flow; `bureau` is the name that texts sign with."""
    return Router(FLOWS, UNDOS, JOINS, raise_alert, bureau)

"""The one table of the control API: method and path, or the beginning of a path that ends in a slash."""

from collections.abc import Awaitable, Callable
from typing import Any

from simulator.control import events, look, manage, pages, speak
from simulator.http import Request
from simulator.world import World

Route = Callable[[World, Request], Awaitable[Any]]

ROUTES: dict[tuple[str, str], Route] = {
    ("GET", "/"): pages.home,
    ("GET", "/static/"): pages.static,
    ("GET", "/sim/open"): pages.open_page,
    ("GET", "/sim/phones"): look.phones,
    ("POST", "/sim/phones"): manage.add_phones,
    ("POST", "/sim/following"): manage.following,
    ("POST", "/sim/say"): speak.say,
    ("POST", "/sim/send"): speak.send,
    ("POST", "/sim/event"): events.event,
    ("GET", "/sim/ledger"): look.ledger,
    ("GET", "/sim/ledger/summary"): look.summary,
    ("GET", "/sim/ledger/newest"): look.newest,
    ("GET", "/sim/updates"): look.updates,
    ("GET", "/sim/media/"): look.medium,
    ("GET", "/sim/samples"): look.samples,
    ("GET", "/sim/samples/"): look.samples,
    ("GET", "/sim/clock"): manage.clock,
    ("POST", "/sim/clock"): manage.move_clock,
    ("GET", "/sim/faults"): manage.faults,
    ("POST", "/sim/faults"): manage.add_fault,
    ("DELETE", "/sim/faults"): manage.clear_faults,
    ("POST", "/sim/config"): manage.configure,
    ("POST", "/sim/verify"): manage.verify,
    ("POST", "/sim/reset"): manage.reset,
    ("GET", "/sim/idle"): manage.idle,
}


def find(method: str, path: str) -> Route | None:
    """The route of exactly this path, else the one of its folder."""
    return ROUTES.get((method, path)) or ROUTES.get((method, path.rpartition("/")[0] + "/"))

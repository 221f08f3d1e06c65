"""The phones page and its files, and the door through which a phone opens one of the bot's pages."""

from pathlib import Path
from urllib.parse import quote, urlsplit

from simulator.api.oauth import COOKIE, found
from simulator.config import is_loopback
from simulator.control.asked import BadRequest, phone_of
from simulator.http import Request, Response
from simulator.world import World

_STATIC = Path(__file__).parent.parent / "static"
_TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


async def home(world: World, request: Request) -> Response:
    """GET /: always under the base address, so that the bot's pages inside the phones are of the same site."""
    if request.headers.get("host") != urlsplit(world.base_url).netloc:
        return found(f"{world.base_url}/")
    return _file("index.html")


async def static(world: World, request: Request) -> Response:
    """GET /static/NAME."""
    return _file(request.path.removeprefix("/static/"))


async def open_page(world: World, request: Request) -> Response:
    """GET /sim/open?openid=&url=: remembers in a cookie whose phone this is, and goes there."""
    phone = phone_of(world, dict(request.query))
    url = request.query.get("url", "")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not is_loopback(parts.hostname or ""):
        raise BadRequest("url must be on this machine")
    return found(url, ("Set-Cookie", f"{COOKIE}={quote(phone.openid)}; Path=/connect; HttpOnly; SameSite=Lax"))


def _file(name: str) -> Response:
    path = _STATIC / name
    if path.parent != _STATIC or not path.is_file():
        return Response(b"not found", 404, "text/plain")
    kind = _TYPES.get(path.suffix, "application/octet-stream")
    return Response(path.read_bytes(), content_type=f"{kind}; charset=utf-8", headers=(("Cache-Control", "no-cache"),))

"""The menu at the bottom: three buttons, five under each, names of so many bytes."""

from typing import Any

from simulator.errors import PlatformError
from simulator.http import Json, Request
from simulator.world import World

_WITH_KEY = ("click", "scancode_push", "scancode_waitmsg", "pic_sysphoto", "pic_photo_or_album", "location_select")


def create(world: World, request: Request, body: Json) -> Json:
    """POST /cgi-bin/menu/create."""
    buttons = body.get("button")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= 3:
        raise PlatformError(40016)
    for button in buttons:
        _check(button, 16, 40018)
        subs = button.get("sub_button") or []
        if not isinstance(subs, list) or len(subs) > 5:
            raise PlatformError(40023)
        for sub in subs:
            _check(sub, 60, 40025)
            _check_action(sub, 40024)
        if not subs:
            _check_action(button, 40017)
    world.menu = {"button": buttons}
    return {"errcode": 0, "errmsg": "ok"}


def get(world: World, request: Request, body: Json) -> Json:
    """GET /cgi-bin/menu/get."""
    if world.menu is None:
        raise PlatformError(46003)
    return {"menu": world.menu}


def delete(world: World, request: Request, body: Json) -> Json:
    """GET /cgi-bin/menu/delete."""
    world.menu = None
    return {"errcode": 0, "errmsg": "ok"}


def _check(button: Any, name_bytes: int, errcode: int) -> None:
    name = button.get("name") if isinstance(button, dict) else None
    if not isinstance(name, str) or not 1 <= len(name.encode()) <= name_bytes:
        raise PlatformError(errcode)


def _check_action(button: Json, errcode: int) -> None:
    kind = button.get("type")
    if kind == "view":
        url = button.get("url")
        if not isinstance(url, str) or not url.startswith(("http://", "https://")) or len(url.encode()) > 1024:
            raise PlatformError(40020)
    elif kind in _WITH_KEY:
        key = button.get("key")
        if not isinstance(key, str) or not 1 <= len(key.encode()) <= 128:
            raise PlatformError(40019)
    else:
        raise PlatformError(errcode)

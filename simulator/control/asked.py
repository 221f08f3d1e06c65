"""Reads what a control request asks for, and refuses in one sentence."""

from typing import Any

from simulator.http import Json, Request
from simulator.phones import Phone
from simulator.world import World


class BadRequest(ValueError):
    """The caller asked for something that cannot be; the words go back with HTTP 400."""


def body_of(request: Request) -> Json:
    """The body as a JSON object; an empty body is an empty object."""
    try:
        body = request.json() if request.body else {}
    except ValueError as error:
        raise BadRequest("the body is not JSON") from error
    if not isinstance(body, dict):
        raise BadRequest("the body must be a JSON object")
    return body


def text_of(body: Json, key: str, default: str | None = None) -> str:
    """A text under this key, or the default."""
    value = body.get(key, default)
    if not isinstance(value, str):
        raise BadRequest(f"{key} must be a text")
    return value


def number_of(body: Json, key: str, default: float | None = None) -> float:
    """A number under this key, or the default."""
    value: Any = body.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadRequest(f"{key} must be a number")
    return value


def query_number(request: Request, key: str, default: float) -> float:
    """A number of the query, or the default."""
    try:
        return float(request.query.get(key) or default)
    except ValueError as error:
        raise BadRequest(f"{key} must be a number") from error


def phone_of(world: World, body: Json) -> Phone:
    """The phone whose openid the body names."""
    phone = world.phones.find(body.get("openid"))
    if phone is None:
        raise BadRequest("no phone has this openid")
    return phone

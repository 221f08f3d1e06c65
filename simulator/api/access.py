"""Tokens, quotas and the small calls around them."""

from typing import Any

from simulator.errors import PlatformError
from simulator.http import Json, Request
from simulator.world import World


def token(world: World, request: Request, body: Json) -> Json:
    """GET /cgi-bin/token: a new token each time."""
    _account(world, request.query, "client_credential")
    value, seconds = world.tokens.ordinary()
    return {"access_token": value, "expires_in": seconds}


def stable_token(world: World, request: Request, body: Json) -> Json:
    """POST /cgi-bin/stable_token: the same token until shortly before its end."""
    _account(world, body, "client_credential")
    force = body.get("force_refresh", False)
    if not isinstance(force, bool):
        raise PlatformError(47001, "force_refresh must be a boolean")
    value, seconds = world.tokens.stable(force)
    return {"access_token": value, "expires_in": seconds}


def callback_ip(world: World, request: Request, body: Json) -> Json:
    """GET /cgi-bin/getcallbackip."""
    return {"ip_list": ["127.0.0.1"]}


def clear_quota(world: World, request: Request, body: Json) -> Json:
    """POST /cgi-bin/clear_quota."""
    if body.get("appid") != world.config.app_id:
        raise PlatformError(40013)
    world.quotas.clear()
    return {"errcode": 0, "errmsg": "ok"}


def quota_get(world: World, request: Request, body: Json) -> Json:
    """POST /cgi-bin/openapi/quota/get."""
    path = body.get("cgi_path")
    if not isinstance(path, str) or not path.startswith("/"):
        raise PlatformError(76021)
    limit, used = world.quotas.daily_limit(path), world.quotas.used(path)
    quota = {"daily_limit": limit, "used": used, "remain": max(limit - used, 0)}
    return {"errcode": 0, "errmsg": "ok", "quota": quota}


def templates(world: World, request: Request, body: Json) -> Json:
    """GET /cgi-bin/template/get_all_private_template."""
    return {
        "template_list": [
            {
                "template_id": item.template_id,
                "title": item.title,
                "content": "\n".join(f"{label}:{{{{{key}.DATA}}}}" for key, label in item.fields),
            }
            for item in world.config.templates.values()
        ]
    }


def _account(world: World, given: dict[str, Any], grant: str) -> None:
    if given.get("grant_type") != grant:
        raise PlatformError(40002)
    if given.get("appid") != world.config.app_id:
        raise PlatformError(40013)
    if given.get("secret") != world.config.app_secret:
        raise PlatformError(40125)

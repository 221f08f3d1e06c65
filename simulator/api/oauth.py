"""Web authorisation (snsapi_base): a page learns who opened it, by a code that works once, for five minutes."""

import secrets
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from simulator.config import is_loopback
from simulator.errors import PlatformError
from simulator.http import Json, Request, Response
from simulator.world import World

COOKIE = "sim_phone"
_CODE_SECONDS = 300


def authorize(world: World, request: Request, body: Json) -> Response:
    """GET /connect/oauth2/authorize: sends the phone that opened the page back to it with code and state."""
    query = request.query
    redirect = urlsplit(query.get("redirect_uri", ""))
    if query.get("appid") != world.config.app_id:
        return _page("AppID 参数错误 errcode: 10001")
    if redirect.scheme not in ("http", "https") or not is_loopback(redirect.hostname or ""):
        return _page("redirect_uri 参数错误 errcode: 10003")
    if query.get("response_type") != "code" or query.get("scope") != "snsapi_base":
        return _page("Scope 参数错误或没有 Scope 权限 errcode: 10005")
    phone = world.phones.find(request.cookie(COOKIE))
    if phone is None:
        return _page("请在微信客户端打开链接")
    code = secrets.token_urlsafe(24)
    world.codes[code] = (phone.openid, world.clock.now() + _CODE_SECONDS, False)
    pairs = [*parse_qsl(redirect.query, keep_blank_values=True), ("code", code), ("state", query.get("state", ""))]
    return found(urlunsplit(redirect._replace(query=urlencode(pairs))))


def access_token(world: World, request: Request, body: Json) -> Json:
    """GET /sns/oauth2/access_token: the openid behind a code, once."""
    query = request.query
    if query.get("appid") != world.config.app_id:
        raise PlatformError(40013)
    if query.get("secret") != world.config.app_secret:
        raise PlatformError(40125)
    if query.get("grant_type") != "authorization_code":
        raise PlatformError(40002)
    code = query.get("code", "")
    openid, end, used = world.codes.get(code, ("", 0.0, False))
    if used:
        raise PlatformError(40163)
    if not openid or world.clock.now() >= end:
        raise PlatformError(40029)
    world.codes[code] = (openid, end, True)
    return {
        "access_token": f"oauth_{secrets.token_urlsafe(48)}",
        "expires_in": 7200,
        "refresh_token": f"refresh_{secrets.token_urlsafe(48)}",
        "openid": openid,
        "scope": "snsapi_base",
    }


def found(url: str, *headers: tuple[str, str]) -> Response:
    """A redirect, with further headers if given."""
    return Response(status=302, content_type="text/plain", headers=(("Location", url), *headers))


def _page(words: str) -> Response:
    style = "font:20px/1.8 sans-serif;text-align:center;padding:30vh 24px;color:#555"
    text = f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>微信</title><p style="{style}">{words}</p>'
    return Response(text.encode(), status=200, content_type="text/html; charset=utf-8")

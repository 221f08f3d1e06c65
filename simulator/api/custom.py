"""Customer-service messages: only inside the windows a person opened, and only so many."""

from typing import Any

from simulator.errors import PlatformError
from simulator.http import Json, Request
from simulator.world import World

_TEXT_BYTES = 2048


def send(world: World, request: Request, body: Json) -> Json:
    """POST /cgi-bin/message/custom/send. There is no idempotency key: sent twice is shown twice."""
    phone = world.phones.known(body.get("touser"))
    shown = content(world, body)
    if not phone.following:
        raise PlatformError(45015)
    phone.spend_window(world.clock.now())
    world.ledger.add(world.clock.now(), phone.openid, "out", "custom", **shown)
    return {"errcode": 0, "errmsg": "ok"}


def content(world: World, body: Json) -> dict[str, Any]:
    """What the ledger keeps of a message of this msgtype; raises what the platform would."""
    kind = body.get("msgtype")
    part = body.get(kind) if isinstance(kind, str) else None
    if kind not in ("text", "image", "voice", "video", "news", "msgmenu"):
        raise PlatformError(40008)
    if not isinstance(part, dict):
        raise PlatformError(47001, f"{kind} is missing")
    if kind == "text":
        return {"text": _text(part.get("content"))}
    if kind == "msgmenu":
        return _menu(part)
    if kind == "news":
        return _news(part)
    medium = world.media.find(part.get("media_id"))
    if medium is None or medium.kind != kind:
        raise PlatformError(40007)
    words = {"image": "[图片]", "voice": "[语音]", "video": "[视频]"}[kind]
    return {"text": words, "extra": {"type": kind, "media": medium.media_id}}


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise PlatformError(44004)
    if len(value.encode()) > _TEXT_BYTES:
        raise PlatformError(45002)
    return value


def _menu(part: Json) -> dict[str, Any]:
    choices = part.get("list")
    if not isinstance(choices, list) or not all(isinstance(item, dict) and item.get("content") for item in choices):
        raise PlatformError(47001, "msgmenu.list is missing")
    lines = [part.get("head_content", ""), *(str(item["content"]) for item in choices), part.get("tail_content", "")]
    return {"text": _text("\n".join(line for line in lines if line)), "extra": {"type": "msgmenu"}}


def _news(part: Json) -> dict[str, Any]:
    articles = part.get("articles")
    if not isinstance(articles, list) or len(articles) != 1 or not isinstance(articles[0], dict):
        raise PlatformError(45008 if isinstance(articles, list) else 47001)
    article = articles[0]
    extra = {"type": "news", "picture": str(article.get("picurl", ""))}
    return {
        "title": _text(article.get("title")),
        "text": str(article.get("description", "")),
        "url": str(article.get("url", "")),
        "extra": extra,
    }

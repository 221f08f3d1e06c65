"""A person writes, speaks, photographs, or shows a place: to the bot and back, with what the phone then shows."""

import asyncio
import base64
import binascii
from typing import Any

from simulator.callbacks import BROKEN, Outcome
from simulator.control.asked import BadRequest, body_of, number_of, phone_of, text_of
from simulator.http import Json, Request
from simulator.ledger import Entry
from simulator.media import Medium, sniff
from simulator.phones import Phone
from simulator.samples import sample
from simulator.world import World


async def say(world: World, request: Request) -> Json:
    """POST /sim/say {openid, text, copies?}."""
    body = body_of(request)
    return await _send(world, {**body, "type": "text"})


async def send(world: World, request: Request) -> Json:
    """POST /sim/send {openid, type, …, copies?}: text, image, voice, video, location or link."""
    return await _send(world, body_of(request))


async def _send(world: World, body: Json) -> Json:
    phone = phone_of(world, body)
    if not phone.following:
        raise BadRequest("this phone does not follow the account")
    kind = text_of(body, "type")
    if kind not in _KINDS:
        raise BadRequest(f"type must be one of {', '.join(_KINDS)}")
    fields, words, extra = _KINDS[kind](world, body)
    now = world.clock.now()
    entry = world.ledger.add(now, phone.openid, "in", "say" if kind == "text" else kind, text=words, extra=extra)
    phone.spoke(now, world.config.custom_after_message)
    message = world.message(phone.openid, kind, **fields)
    entry.msgid = message["MsgId"]
    return await exchange(world, phone, entry, message, int(number_of(body, "copies", 1)))


async def exchange(
    world: World, phone: Phone, entry: Entry, message: Json, copies: int = 1, complain: bool = True
) -> Json:
    """Bring one message or event to the bot and enter what the phone shows; further copies arrive at the same time."""
    bring = [world.callbacks.deliver(phone.openid, message)]
    bring += [world.callbacks.report(phone.openid, message) for _ in range(copies - 1)]
    outcomes = await asyncio.gather(*bring)
    seq = _enter(world, phone, outcomes[0], complain)
    result = as_json(outcomes[0])
    result |= {"seq": seq or entry.seq, "in_seq": entry.seq}
    if copies > 1:
        result["copies"] = [as_json(outcome) for outcome in outcomes]
    return result


def as_json(outcome: Outcome) -> Json:
    """An outcome as the control API tells it."""
    words = outcome.reply.text if outcome.reply and outcome.reply.text else None
    return {
        "reply": words,
        "outcome": outcome.outcome,
        "tries": outcome.tries,
        "ms": outcome.ms,
        "why": outcome.why,
    }


def _enter(world: World, phone: Phone, outcome: Outcome, complain: bool) -> int:
    now = world.clock.now()
    if outcome.outcome in ("invalid", "failed"):
        words = BROKEN if complain else ""
        extra = {"outcome": outcome.outcome, "why": outcome.why, "tries": outcome.tries}
        broken = world.ledger.add(now, phone.openid, "out", "broken", text=words, visible=complain, extra=extra)
        return broken.seq
    reply = outcome.reply
    if reply is None or not (reply.text or reply.title):
        return 0
    extra = {"type": reply.kind, "tries": outcome.tries, **reply.extra}
    visible = phone.following
    more: dict[str, Any] = {"text": reply.text, "title": reply.title, "url": reply.url, "visible": visible}
    return world.ledger.add(now, phone.openid, "out", "reply", extra=extra, **more).seq


_Made = tuple[Json, str, Json]


def _text(world: World, body: Json) -> _Made:
    text = text_of(body, "text")
    if not text:
        raise BadRequest("text is empty")
    return {"Content": text}, text, {}


def _image(world: World, body: Json) -> _Made:
    medium = _medium(world, body, "image")
    url = f"{world.base_url}/sim/media/{medium.media_id}"
    return {"PicUrl": url, "MediaId": medium.media_id}, "[图片]", {"media": medium.media_id}


def _voice(world: World, body: Json) -> _Made:
    medium = _medium(world, body, "voice")
    fields: Json = {"MediaId": medium.media_id, "Format": "amr"}
    heard = text_of(body, "recognition", "")
    if "recognition" in body:
        fields["Recognition"] = heard
    return fields, f"[语音] {heard}".strip(), {"media": medium.media_id, "recognition": heard}


def _video(world: World, body: Json) -> _Made:
    medium = _medium(world, body, "video")
    thumb = world.media.keep("thumb", "image/jpeg", sample("image", "yard"))
    return {"MediaId": medium.media_id, "ThumbMediaId": thumb.media_id}, "[视频]", {"media": medium.media_id}


def _location(world: World, body: Json) -> _Made:
    x, y, label = number_of(body, "x"), number_of(body, "y"), text_of(body, "label", "")
    fields = {"Location_X": f"{x:.6f}", "Location_Y": f"{y:.6f}", "Scale": int(number_of(body, "scale", 16))}
    return {**fields, "Label": label}, f"[位置] {label}".strip(), {"x": x, "y": y, "label": label}


def _link(world: World, body: Json) -> _Made:
    title, url = text_of(body, "title"), text_of(body, "url")
    return (
        {"Title": title, "Description": text_of(body, "description", ""), "Url": url},
        f"[链接] {title}",
        {"link": url},
    )


_KINDS = {"text": _text, "image": _image, "voice": _voice, "video": _video, "location": _location, "link": _link}


def _medium(world: World, body: Json, kind: str) -> Medium:
    if "data" in body:
        try:
            data = base64.b64decode(text_of(body, "data"), validate=True)
        except binascii.Error as error:
            raise BadRequest("data must be base64") from error
    else:
        try:
            data = sample(kind, text_of(body, "sample", ""))
        except KeyError as error:
            raise BadRequest(f"no such sample: {error}") from error
    return world.media.keep(kind, sniff(data) or "application/octet-stream", data)

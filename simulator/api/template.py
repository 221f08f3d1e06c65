"""Template messages: one per openid and client_msg_id in ten minutes; what is too long is cut, as the platform does."""

from typing import Any

from simulator.config import Template
from simulator.errors import PlatformError
from simulator.http import Json, Request
from simulator.world import World

FIELD_CHARS = 20


def send(world: World, request: Request, body: Json) -> Json:
    """POST /cgi-bin/message/template/send."""
    phone = world.phones.reachable(body.get("touser"))
    template = world.config.templates.get(str(body.get("template_id")))
    if template is None:
        raise PlatformError(40037)
    client_msg_id = body.get("client_msg_id", "")
    if not isinstance(client_msg_id, str):
        raise PlatformError(47001, "client_msg_id must be a string")
    earlier = world.recently_sent(phone.openid, client_msg_id) if client_msg_id else None
    if earlier is not None:
        earlier.repeats += 1
        return {"errcode": 0, "errmsg": "ok", "msgid": earlier.msgid}
    values = field_values(template, body.get("data"))
    shown, cut = cut_to_fit(values)
    msgid = world.next_id()
    entry = world.ledger.add(
        world.clock.now(),
        phone.openid,
        "out",
        "template",
        title=template.title,
        fields=shown,
        url=str(body.get("url") or ""),
        msgid=msgid,
        client_msg_id=client_msg_id,
        visible=phone.receipt == "success",
        template_id=template.template_id,
        extra={"cut": cut} if cut else None,
    )
    if client_msg_id:
        world.remember_sent(entry)
    fields = world.event(phone.openid, "TEMPLATESENDJOBFINISH", MsgID=msgid, Status=phone.receipt)
    world.receipts.put(phone.openid, fields)
    return {"errcode": 0, "errmsg": "ok", "msgid": msgid}


def field_values(template: Template, data: Any) -> tuple[tuple[str, str], ...]:
    """The template's own fields in its order; others (first, remark) are dropped, a missing one is 47003."""
    if not isinstance(data, dict):
        raise PlatformError(47001, "data must be an object")
    values = []
    for key, _label in template.fields:
        item = data.get(key)
        value = item.get("value") if isinstance(item, dict) else None
        if value is None or value == "":
            raise PlatformError(47003, f"data.{key}.value is empty")
        if not isinstance(value, str):
            raise PlatformError(47003, f"data.{key}.value must be a string")
        values.append((key, value))
    return tuple(values)


def cut_to_fit(values: tuple[tuple[str, str], ...]) -> tuple[tuple[tuple[str, str], ...], dict[str, str]]:
    """What the phone shows of each field, and in full whatever lost something: one line of 20 characters."""
    shown, cut = [], {}
    for key, value in values:
        kept = value.split("\n", 1)[0].rstrip("\r")[:FIELD_CHARS]
        shown.append((key, kept))
        if kept != value:
            cut[key] = value
    return tuple(shown), cut

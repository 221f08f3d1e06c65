"""A person follows, leaves, scans, taps the menu, shares a place, or settles a subscription."""

from typing import Any

from simulator.control.asked import BadRequest, body_of, number_of, phone_of, text_of
from simulator.control.speak import exchange
from simulator.http import Json, Request
from simulator.phones import Phone
from simulator.world import World

_SILENT = ("unsubscribe", "VIEW", "LOCATION", "subscribe_msg_popup_event", "subscribe_msg_change_event")


async def event(world: World, request: Request) -> Json:
    """POST /sim/event {openid, event, event_key?, scene?, ticket?, …}; a scan by a stranger becomes a follow."""
    body = body_of(request)
    phone = phone_of(world, body)
    name = text_of(body, "event")
    if name == "SCAN" and not phone.following:
        name = "subscribe"
    make = _EVENTS.get(name)
    if make is None:
        raise BadRequest(f"event must be one of {', '.join(_EVENTS)}")
    if name != "subscribe" and not phone.following:
        raise BadRequest("this phone does not follow the account")
    fields, words = make(world, phone, body)
    world.phones.note(phone)
    extra = {"event": name, **({"event_key": fields["EventKey"]} if "EventKey" in fields else {})}
    entry = world.ledger.add(world.clock.now(), phone.openid, "in", "event", text=words, extra=extra)
    message = world.event(phone.openid, name, **fields)
    return await exchange(world, phone, entry, message, int(number_of(body, "copies", 1)), name not in _SILENT)


_Made = tuple[dict[str, Any], str]


def _subscribe(world: World, phone: Phone, body: Json) -> _Made:
    scene, ticket = _scene(world, body)
    now = world.clock.now()
    phone.follow(now, scene)
    phone.acted(now, world.config.custom_after_event)
    if not scene:
        return {"EventKey": ""}, "关注了公众号"
    return {"EventKey": f"qrscene_{scene}", "Ticket": ticket}, "扫码关注了公众号"


def _unsubscribe(world: World, phone: Phone, body: Json) -> _Made:
    phone.unfollow()
    return {"EventKey": ""}, "取消了关注"


def _scan(world: World, phone: Phone, body: Json) -> _Made:
    scene, ticket = _scene(world, body)
    phone.acted(world.clock.now(), world.config.custom_after_event)
    return {"EventKey": scene, "Ticket": ticket}, "扫了二维码"


def _click(world: World, phone: Phone, body: Json) -> _Made:
    phone.acted(world.clock.now(), world.config.custom_after_event)
    key = text_of(body, "event_key")
    return {"EventKey": key}, f"点了菜单 {_button_name(world, key)}"


def _view(world: World, phone: Phone, body: Json) -> _Made:
    return {"EventKey": text_of(body, "event_key")}, "打开了菜单里的网页"


def _location(world: World, phone: Phone, body: Json) -> _Made:
    x, y = number_of(body, "x"), number_of(body, "y")
    return {"Latitude": f"{x:.6f}", "Longitude": f"{y:.6f}", "Precision": "40.000000"}, "上报了位置"


def _popup(world: World, phone: Phone, body: Json) -> _Made:
    """The dialog that asks for consent: each acceptance is one send more."""
    status, template_ids = _consents(world, body)
    for template_id in template_ids:
        if status == "accept":
            phone.consents[template_id] = phone.consents.get(template_id, 0) + 1
    listed = [{"TemplateId": item, "SubscribeStatusString": status, "PopupScene": 2} for item in template_ids]
    return {"SubscribeMsgPopupEvent": {"List": listed}}, "同意订阅提醒" if status == "accept" else "不同意订阅提醒"


def _change(world: World, phone: Phone, body: Json) -> _Made:
    """A person manages consents in the settings: refusing there takes all of them back."""
    status, template_ids = _consents(world, body)
    if status == "reject":
        for template_id in template_ids:
            phone.consents.pop(template_id, None)
    listed = [{"TemplateId": item, "SubscribeStatusString": status} for item in template_ids]
    return {"SubscribeMsgChangeEvent": {"List": listed}}, "改了订阅设置"


_EVENTS = {
    "subscribe": _subscribe,
    "unsubscribe": _unsubscribe,
    "SCAN": _scan,
    "CLICK": _click,
    "VIEW": _view,
    "LOCATION": _location,
    "subscribe_msg_popup_event": _popup,
    "subscribe_msg_change_event": _change,
}


def _scene(world: World, body: Json) -> tuple[str, str]:
    """The scene and a ticket for it: by ticket, else by `scene` as if its code hung on a wall."""
    ticket, scene = text_of(body, "ticket", ""), text_of(body, "scene", "") or text_of(body, "event_key", "")
    if not ticket:
        return scene, f"gQ{scene.encode().hex()}TICKET" if scene else ""
    value, end = world.scenes.get(ticket, ("", 0.0))
    if world.clock.now() >= end:
        raise BadRequest("this QR code is unknown or has expired")
    return value, ticket


def _consents(world: World, body: Json) -> tuple[str, list[str]]:
    status = text_of(body, "status", "accept")
    if status not in ("accept", "reject"):
        raise BadRequest("status must be accept or reject")
    wanted = [text_of(body, "template_id")] if "template_id" in body else list(world.config.subscribe_templates)
    if any(item not in world.config.subscribe_templates for item in wanted):
        raise BadRequest("no such subscribe template")
    return status, wanted


def _button_name(world: World, key: str) -> str:
    for button in (world.menu or {}).get("button", []):
        for item in [button, *(button.get("sub_button") or [])]:
            if item.get("key") == key:
                return str(item["name"])
    return key

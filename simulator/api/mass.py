"""Mass messages: 2 to 10,000 openids, a clientmsgid against doubles, four a month for each person."""

from typing import Any

from simulator.api.custom import content
from simulator.errors import PlatformError
from simulator.http import Json, Request
from simulator.world import World

_CLIENT_ID_BYTES = 64
_TOO_SOON = 60


def send(world: World, request: Request, body: Json) -> Json:
    """POST /cgi-bin/message/mass/send."""
    openids = body.get("touser")
    if not isinstance(openids, list) or not all(isinstance(openid, str) for openid in openids):
        raise PlatformError(40031)
    if not 2 <= len(openids) <= 10_000:
        raise PlatformError(40130 if len(openids) < 2 else 40032)
    if body.get("msgtype") not in ("text", "image", "voice"):
        raise PlatformError(40008)
    shown = content(world, body)
    client_id = body.get("clientmsgid", "")
    if not isinstance(client_id, str) or len(client_id.encode()) > _CLIENT_ID_BYTES:
        raise PlatformError(45067)
    _refuse_repeat(world, client_id)
    msg_id = world.next_id()
    world.broadcasts[msg_id] = (client_id, world.clock.now())
    if client_id:
        world.client_ids[client_id] = msg_id
    _spread(world, openids, shown, msg_id, client_id)
    return {"errcode": 0, "errmsg": "send job submission success", "msg_id": msg_id, "msg_data_id": msg_id % 10**10}


def get(world: World, request: Request, body: Json) -> Json:
    """POST /cgi-bin/message/mass/get."""
    try:
        msg_id = int(body.get("msg_id", 0))
    except (TypeError, ValueError) as error:
        raise PlatformError(47001, "msg_id") from error
    status = "SEND_SUCCESS" if msg_id in world.broadcasts else "SEND_FAIL"
    return {"msg_id": msg_id, "msg_status": status}


def _refuse_repeat(world: World, client_id: str) -> None:
    msg_id = world.client_ids.get(client_id) if client_id else None
    if msg_id is None:
        return
    if world.clock.now() - world.broadcasts[msg_id][1] < _TOO_SOON:
        raise PlatformError(45066)
    raise PlatformError(45065, msg_id=msg_id, msg_data_id=msg_id % 10**10)


def _spread(world: World, openids: list[str], shown: dict[str, Any], msg_id: int, client_id: str) -> None:
    now = world.clock.now()
    filtered = errors = 0
    unique = dict.fromkeys(openids)
    for openid in unique:
        phone = world.phones.find(openid)
        if phone is None:
            errors += 1
        elif not phone.take_mass(now, world.config.mass_per_month):
            filtered += 1
        else:
            world.ledger.add(now, openid, "out", "mass", msgid=msg_id, client_msg_id=client_id, **shown)
    total = len(unique)
    fields = world.event(
        "",
        "MASSSENDJOBFINISH",
        MsgID=msg_id,
        Status="send success",
        TotalCount=total,
        FilterCount=total - filtered,  # the platform's FilterCount is what remains to be sent after filtering
        SentCount=total - filtered - errors,
        ErrorCount=errors,
    )
    world.receipts.put("", {**fields, "FromUserName": world.config.original_id})

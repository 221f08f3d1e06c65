"""Changing the world: phones, clock, faults, settings, and waiting until it is still."""

import asyncio
import math
import time
from datetime import datetime

from simulator.clock import SHANGHAI
from simulator.config import check_callback
from simulator.control.asked import BadRequest, body_of, number_of, phone_of, query_number, text_of
from simulator.control.look import clock_json
from simulator.faults import Fault
from simulator.http import Json, Request
from simulator.world import World

_CHANGEABLE = {"tries": int, "deadline_seconds": float, "latency_ms": float, "receipts": bool, "retry_signing": str}


async def add_phones(world: World, request: Request) -> Json:
    """POST /sim/phones: one phone, or {"phones": […]}, or {"crowd": {"prefix", "count"}} of followers not shown."""
    body = body_of(request)
    if "crowd" in body:
        prefix, count = text_of(body["crowd"], "prefix", "o_crowd_"), int(number_of(body["crowd"], "count"))
        wanted = [{"openid": f"{prefix}{number:06d}"} for number in range(1, count + 1)]
    else:
        wanted = body.get("phones", [body])
    for raw in wanted:
        world.add_phone(raw)
    return {"ok": True, "phones": len(world.phones)}


async def following(world: World, request: Request) -> Json:
    """POST /sim/following {openid, following}: changes the fact without telling the bot."""
    body = body_of(request)
    phone = phone_of(world, body)
    if body.get("following") is True:
        phone.follow(world.clock.now())
    elif body.get("following") is False:
        phone.unfollow()
    else:
        raise BadRequest("following must be true or false")
    world.phones.note(phone)
    return phone.as_json()


async def clock(world: World, request: Request) -> Json:
    """GET /sim/clock."""
    return clock_json(world)


async def move_clock(world: World, request: Request) -> Json:
    """POST /sim/clock {"advance": seconds} or {"to": ISO}; without an offset the ISO time is Asia/Shanghai's."""
    body = body_of(request)
    if "to" in body:
        try:
            to = datetime.fromisoformat(text_of(body, "to"))
        except ValueError as error:
            raise BadRequest("to must be an ISO time") from error
        to = to if to.tzinfo else to.replace(tzinfo=SHANGHAI)
        seconds = math.ceil(to.timestamp() - world.clock.now())  # up to a second late, never early
    else:
        seconds = int(number_of(body, "advance"))
    if seconds < 0 and not body.get("force"):
        raise BadRequest("the clock does not go backwards without force")
    world.clock.move(seconds)
    return clock_json(world)


async def faults(world: World, request: Request) -> list[Json]:
    """GET /sim/faults."""
    return [fault.as_json() for fault in world.faults.standing]


async def add_fault(world: World, request: Request) -> list[Json]:
    """POST /sim/faults {"path", "do", "errcode"?, "times"?, "probability"?, "seed"?, "seconds"?}."""
    body = body_of(request)
    try:
        fault = Fault(**{"path": "*", **body})
    except (TypeError, ValueError) as error:
        raise BadRequest(str(error)) from error
    world.faults.standing.append(fault)
    return await faults(world, request)


async def clear_faults(world: World, request: Request) -> list[Json]:
    """DELETE /sim/faults."""
    world.faults.standing.clear()
    return []


async def configure(world: World, request: Request) -> Json:
    """POST /sim/config: callback_url, quotas and the like, while running."""
    body = body_of(request)
    for key, value in body.items():
        if key == "callback_url":
            world.config.callback_url = check_callback(text_of(body, key))
        elif key == "quotas" and isinstance(value, dict):
            world.config.quotas.update(value)
            world.quotas.limits.update(value)
        elif key in _CHANGEABLE:
            setattr(world.config, key, _CHANGEABLE[key](value))
        else:
            raise BadRequest(f"{key} cannot be changed while running")
    return {"ok": True}


async def verify(world: World, request: Request) -> Json:
    """POST /sim/verify: the console's URL check against the callback."""
    why = await world.callbacks.verify()
    return {"ok": not why, "why": why}


async def reset(world: World, request: Request) -> Json:
    """POST /sim/reset: phones as configured, all else empty; clock and callback_url stay."""
    world.reset()
    return {"ok": True}


async def idle(world: World, request: Request) -> Json:
    """GET /sim/idle?timeout=10: answers when no callback and no receipt is on its way, or after real seconds."""
    end = time.monotonic() + query_number(request, "timeout", 10)
    while (pending := world.callbacks.pending + world.receipts.pending) and time.monotonic() < end:
        await asyncio.sleep(0.02)
    return {"idle": not pending, "pending": pending}

"""Answers one platform call: fault, method, token, quota, the call, and what the line does to the answer."""

import asyncio
import json

from simulator.api.table import CALLS, Call
from simulator.errors import PlatformError
from simulator.faults import AFTER, Fault
from simulator.http import Json, Request, Response, answer
from simulator.world import World


async def respond(world: World, request: Request) -> Response:
    """HTTP 200 whatever happens, except for a path that does not exist."""
    call = CALLS.get(request.path)
    if call is None:
        return answer({"errcode": 404, "errmsg": "no such path"}, 404)
    fault = world.faults.for_call(request.path)
    if fault is not None and fault.do == "drop_before":
        return Response(trouble="drop")
    response = _carry_out(world, call, request, fault)
    if world.config.latency_ms:
        await asyncio.sleep(world.config.latency_ms / 1000)
    if fault is not None and fault.do in AFTER:
        response.trouble, response.seconds = AFTER[fault.do], fault.pause
    return response


def _carry_out(world: World, call: Call, request: Request, fault: Fault | None) -> Response:
    try:
        if fault is not None and fault.do in ("busy", "errcode"):
            raise PlatformError(-1 if fault.do == "busy" else fault.errcode)
        if request.method != call.method:
            raise PlatformError(43002 if call.method == "POST" else 43001)
        if call.token:
            world.tokens.check(request.query.get("access_token", ""))
        world.quotas.spend(request.path)
        body = _json(request) if call.method == "POST" and not call.form else {}
        result = call.run(world, request, body)
    except PlatformError as error:
        result = error.body()
    return result if isinstance(result, Response) else answer(result)


def _json(request: Request) -> Json:
    if not request.body:
        raise PlatformError(44002)
    try:
        body = json.loads(request.body)
    except ValueError as error:
        raise PlatformError(47001) from error
    if not isinstance(body, dict):
        raise PlatformError(47001)
    return body

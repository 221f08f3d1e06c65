"""QR codes with a scene: a ticket to show, and a picture of it."""

from io import BytesIO
from urllib.parse import quote

import segno

from simulator.errors import PlatformError
from simulator.http import Json, Request, Response
from simulator.world import World

_LONGEST = 2_592_000


def create(world: World, request: Request, body: Json) -> Json:
    """POST /cgi-bin/qrcode/create: the scene lives in the ticket until its end."""
    action = body.get("action_name")
    info = body.get("action_info")
    scene = info.get("scene") if isinstance(info, dict) else None
    if not isinstance(scene, dict):
        raise PlatformError(40053)
    if action in ("QR_STR_SCENE", "QR_LIMIT_STR_SCENE"):
        value = scene.get("scene_str")
        if not isinstance(value, str) or not 1 <= len(value) <= 64:
            raise PlatformError(40053, "scene_str")
    elif action in ("QR_SCENE", "QR_LIMIT_SCENE"):
        number = scene.get("scene_id")
        if not isinstance(number, int) or not 0 < number < 2**32:
            raise PlatformError(40053, "scene_id")
        value = str(number)
    else:
        raise PlatformError(40053, "action_name")
    seconds = body.get("expire_seconds", 60)
    limited = action in ("QR_STR_SCENE", "QR_SCENE")
    if limited and (not isinstance(seconds, int) or not 0 < seconds <= _LONGEST):
        raise PlatformError(40053, "expire_seconds")
    ticket = f"gQ{world.next_id():x}TICKET"
    world.scenes[ticket] = (value, world.clock.now() + seconds if limited else float("inf"))
    answer: Json = {"ticket": ticket, "url": f"http://weixin.qq.com/q/{ticket}"}
    return {**answer, "expire_seconds": seconds} if limited else answer


def show(world: World, request: Request, body: Json) -> Response:
    """GET /cgi-bin/showqrcode?ticket=: on the platform's other host, without a token."""
    ticket = request.query.get("ticket", "")
    if ticket not in world.scenes:
        return Response(status=404, content_type="text/plain")
    picture = BytesIO()
    segno.make(f"http://weixin.qq.com/q/{quote(ticket)}").save(picture, kind="png", scale=10, border=3)
    return Response(picture.getvalue(), content_type="image/png")

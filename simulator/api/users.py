"""Who follows: no names, for the platform gives none."""

from itertools import islice

from simulator.errors import PlatformError
from simulator.http import Json, Request
from simulator.phones import Phone
from simulator.world import World

_PAGE = 10_000


def info(world: World, request: Request, body: Json) -> Json:
    """GET /cgi-bin/user/info."""
    return _about(world.phones.known(request.query.get("openid")))


def batch_get(world: World, request: Request, body: Json) -> Json:
    """POST /cgi-bin/user/info/batchget: at most 100."""
    wanted = body.get("user_list")
    if not isinstance(wanted, list) or not 1 <= len(wanted) <= 100:
        raise PlatformError(40032)
    openids = [item.get("openid") if isinstance(item, dict) else None for item in wanted]
    return {"user_info_list": [_about(world.phones.known(openid)) for openid in openids]}


def get(world: World, request: Request, body: Json) -> Json:
    """GET /cgi-bin/user/get: followers in the order they came, 10,000 a page."""
    after = request.query.get("next_openid", "")
    followers = iter(world.phones.followers)
    if after:
        world.phones.known(after)
        for openid in followers:
            if openid == after:
                break
    page = list(islice(followers, _PAGE))
    answer: Json = {"total": len(world.phones.followers), "count": len(page), "next_openid": page[-1] if page else ""}
    return {**answer, "data": {"openid": page}} if page else answer


def _about(phone: Phone) -> Json:
    if not phone.following:
        return {"subscribe": 0, "openid": phone.openid}
    return {
        "subscribe": 1,
        "openid": phone.openid,
        "language": "zh_CN",
        "subscribe_time": int(phone.followed_at),
        "remark": "",
        "groupid": 0,
        "tagid_list": sorted(phone.tags),
        "subscribe_scene": "ADD_SCENE_QR_CODE" if phone.scene else "ADD_SCENE_SEARCH",
        "qr_scene": 0,
        "qr_scene_str": phone.scene,
    }

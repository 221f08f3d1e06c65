"""Tags: at most 100, at most 20 to a person, at most 50 openids in a call."""

from simulator.errors import PlatformError
from simulator.http import Json, Request
from simulator.world import World

_FIRST_OWN = 100  # 0, 1 and 2 are the platform's


def create(world: World, request: Request, body: Json) -> Json:
    """POST /cgi-bin/tags/create."""
    name = _name(world, body)
    if len(world.tags) >= 100:
        raise PlatformError(45056)
    tag_id = max(world.tags, default=_FIRST_OWN - 1) + 1
    world.tags[tag_id] = name
    return {"tag": {"id": tag_id, "name": name}}


def get(world: World, request: Request, body: Json) -> Json:
    """GET /cgi-bin/tags/get, with how many carry each."""
    counts = dict.fromkeys(world.tags, 0)
    for phone in world.phones.all():
        for tag_id in phone.tags:
            counts[tag_id] += 1
    return {"tags": [{"id": tag_id, "name": name, "count": counts[tag_id]} for tag_id, name in world.tags.items()]}


def update(world: World, request: Request, body: Json) -> Json:
    """POST /cgi-bin/tags/update."""
    tag_id = _existing(world, _tag(body).get("id"))
    world.tags[tag_id] = _name(world, body)
    return {"errcode": 0, "errmsg": "ok"}


def delete(world: World, request: Request, body: Json) -> Json:
    """POST /cgi-bin/tags/delete: nobody carries it any more."""
    tag_id = _existing(world, _tag(body).get("id"))
    del world.tags[tag_id]
    for phone in world.phones.all():
        phone.tags.discard(tag_id)
    return {"errcode": 0, "errmsg": "ok"}


def batch_tagging(world: World, request: Request, body: Json) -> Json:
    """POST /cgi-bin/tags/members/batchtagging."""
    return _batch(world, body, add=True)


def batch_untagging(world: World, request: Request, body: Json) -> Json:
    """POST /cgi-bin/tags/members/batchuntagging."""
    return _batch(world, body, add=False)


def of_user(world: World, request: Request, body: Json) -> Json:
    """POST /cgi-bin/tags/getidlist."""
    return {"tagid_list": sorted(world.phones.known(body.get("openid")).tags)}


def _batch(world: World, body: Json, add: bool) -> Json:
    openids = body.get("openid_list")
    if not isinstance(openids, list) or not 1 <= len(openids) <= 50:
        raise PlatformError(40032)
    tag_id = _existing(world, body.get("tagid"))
    phones = [world.phones.reachable(openid) for openid in openids]
    if add and any(len(phone.tags | {tag_id}) > 20 for phone in phones):
        raise PlatformError(45059)
    for phone in phones:
        (phone.tags.add if add else phone.tags.discard)(tag_id)
    return {"errcode": 0, "errmsg": "ok"}


def _tag(body: Json) -> Json:
    tag = body.get("tag")
    if not isinstance(tag, dict):
        raise PlatformError(47001, "tag")
    return tag


def _name(world: World, body: Json) -> str:
    name = _tag(body).get("name")
    if not isinstance(name, str) or not name or name in world.tags.values():
        raise PlatformError(45157)
    if len(name.encode()) > 30:
        raise PlatformError(45158)
    return name


def _existing(world: World, tag_id: object) -> int:
    if tag_id in (0, 1, 2):
        raise PlatformError(45058)
    if not isinstance(tag_id, int) or tag_id not in world.tags:
        raise PlatformError(45159)
    return tag_id

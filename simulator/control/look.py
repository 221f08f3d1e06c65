"""Reading: phones, ledger, and what the phones page polls."""

import json
from collections.abc import Iterator
from itertools import islice

from simulator.clock import local_text, utc_text
from simulator.control.asked import BadRequest, query_number
from simulator.http import Json, Request, Response
from simulator.ledger import Entry
from simulator.samples import SAMPLES, sample
from simulator.world import World

_MOST_NEW = 300
_PIECE = 1000


async def phones(world: World, request: Request) -> list[Json]:
    """GET /sim/phones: those with a role; all of them with ?all=1."""
    wanted = world.phones.all() if request.query.get("all") else world.phones.shown()
    return [phone.as_json() for phone in wanted]


async def ledger(world: World, request: Request) -> Response:
    """GET /sim/ledger?since=&openid=&kind=&limit=: a JSON list, oldest first."""
    limit = int(query_number(request, "limit", 0)) or None
    since = int(query_number(request, "since", 0))
    found = world.ledger.since(since, request.query.get("openid", ""), request.query.get("kind", ""), limit)
    return Response(_listed(found))


async def summary(world: World, request: Request) -> Json:
    """GET /sim/ledger/summary."""
    return {**world.ledger.summary(), "token_fetches": world.tokens.fetches, "receipts_failed": world.receipts.failed}


async def newest(world: World, request: Request) -> list[Json]:
    """GET /sim/ledger/newest?q=: the newest entries of the phones shown, newest first, those that contain q."""
    words = request.query.get("q", "")
    entries = [entry for phone in world.phones.shown() for entry in world.ledger.latest(phone.openid, 0, 500)]
    entries.sort(key=lambda entry: -entry.seq)
    names = {phone.openid: phone.name for phone in world.phones.shown()}
    rows = ({**entry.as_json(), "name": names[entry.openid]} for entry in entries)
    return list(islice((row for row in rows if words in json.dumps(row, ensure_ascii=False)), 500))


async def updates(world: World, request: Request) -> Json:
    """GET /sim/updates?since=&epoch=: what the page must draw anew; everything when the epoch is another."""
    since = int(query_number(request, "since", 0))
    if int(query_number(request, "epoch", 0)) != world.epoch:
        since = 0
    shown = world.phones.shown()
    entries = [entry for phone in shown for entry in world.ledger.latest(phone.openid, since, _MOST_NEW)]
    entries.sort(key=lambda entry: entry.seq)
    return {
        "epoch": world.epoch,
        "seq": world.ledger.seq,
        "account": world.config.account_name,
        "clock": clock_json(world),
        "phones": [phone.as_json() for phone in shown],
        "menu": world.menu,
        "templates": {
            item.template_id: {"title": item.title, "labels": dict(item.fields)}
            for item in [*world.config.templates.values(), *world.config.subscribe_templates.values()]
        },
        "subscribe_templates": list(world.config.subscribe_templates),
        "faults": [fault.as_json() for fault in world.faults.standing],
        "entries": [entry.as_json() for entry in entries],
    }


async def medium(world: World, request: Request) -> Response:
    """GET /sim/media/ID: the bytes of a picture or a voice, as PicUrl gives them."""
    found = world.media.find(request.path.rpartition("/")[2])
    if found is None:
        return Response(status=404, content_type="text/plain")
    return Response(found.data, content_type=found.content_type, headers=(("Cache-Control", "max-age=3600"),))


async def samples(world: World, request: Request) -> Json | Response:
    """GET /sim/samples: names and titles; /sim/samples/NAME: the picture."""
    name = request.path.removeprefix("/sim/samples").strip("/")
    if not name:
        return {"samples": [{"name": key, "title": title} for key, title in SAMPLES.items()]}
    try:
        return Response(sample("image", name), content_type="image/jpeg")
    except KeyError as error:
        raise BadRequest(f"no such sample: {name}") from error


def clock_json(world: World) -> Json:
    """The simulated time, in UTC, in words of Asia/Shanghai, and as an offset in seconds."""
    now = world.clock.now()
    return {"now": utc_text(now), "local": local_text(now), "epoch_seconds": now, "offset": world.clock.offset}


def _listed(entries: Iterator[Entry]) -> Iterator[bytes]:
    """A JSON list in pieces, so that half a million entries neither fill the memory nor stop the others."""
    opening = "["
    while piece := list(islice(entries, _PIECE)):
        rows = ",".join(json.dumps(entry.as_json(), ensure_ascii=False) for entry in piece)
        yield (opening + rows).encode()
        opening = ","
    yield b"[]" if opening == "[" else b"]"

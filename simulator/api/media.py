"""Temporary media up and down."""

from io import BytesIO

from werkzeug.formparser import FormDataParser
from werkzeug.http import parse_options_header

from simulator.errors import PlatformError
from simulator.http import Json, Request, Response
from simulator.media import sniff
from simulator.world import World

_TAKEN = {
    "image": (("image/jpeg", "image/png", "image/gif"), 10 * 1024 * 1024),
    "voice": (("audio/amr", "audio/mpeg"), 2 * 1024 * 1024),
    "video": (("video/mp4",), 10 * 1024 * 1024),
    "thumb": (("image/jpeg",), 64 * 1024),
}


def upload(world: World, request: Request, body: Json) -> Json:
    """POST /cgi-bin/media/upload?type=: the type is judged by the bytes, not by the name."""
    kind = request.query.get("type", "")
    if kind not in _TAKEN:
        raise PlatformError(40004)
    data = _part(request)
    content_types, most = _TAKEN[kind]
    if not data:
        raise PlatformError(44001)
    if len(data) > most:
        raise PlatformError(45001)
    content_type = sniff(data)
    if content_type not in content_types:
        raise PlatformError(40005)
    medium = world.media.keep(kind, content_type, data)
    return {"type": kind, "media_id": medium.media_id, "created_at": int(medium.created)}


def get(world: World, request: Request, body: Json) -> Json | Response:
    """GET /cgi-bin/media/get: the bytes, or JSON when there are none."""
    medium = world.media.find(request.query.get("media_id"))
    if medium is None:
        raise PlatformError(40007)
    if medium.kind == "video":
        return {"video_url": f"{world.base_url}/sim/media/{medium.media_id}"}
    ending = {"image/jpeg": "jpg", "image/png": "png", "image/gif": "gif", "audio/amr": "amr"}
    name = f"{medium.media_id}.{ending.get(medium.content_type, 'mp3')}"
    disposition = ("Content-disposition", f'attachment; filename="{name}"')
    return Response(medium.data, content_type=medium.content_type, headers=(disposition,))


def _part(request: Request) -> bytes:
    mimetype, options = parse_options_header(request.headers.get("content-type", ""))
    if mimetype != "multipart/form-data" or "boundary" not in options:
        raise PlatformError(44001)
    try:
        _, _, files = FormDataParser().parse(BytesIO(request.body), mimetype, len(request.body), options)
    except ValueError as error:
        raise PlatformError(44001) from error
    found = files.get("media")
    return found.read() if found is not None else b""

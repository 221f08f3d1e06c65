"""The one table of the platform's calls: path, method, function, and whether a token is needed."""

from collections.abc import Callable
from dataclasses import dataclass

from simulator.api import access, custom, mass, media, menu, oauth, qrcode, subscribe, tags, template, users
from simulator.http import Json, Request, Response
from simulator.world import World


@dataclass(frozen=True)
class Call:
    """One call of the platform; `form` says that the body is not JSON."""

    method: str
    run: Callable[[World, Request, Json], Json | Response]
    token: bool = True
    form: bool = False


CALLS = {
    "/cgi-bin/token": Call("GET", access.token, token=False),
    "/cgi-bin/stable_token": Call("POST", access.stable_token, token=False),
    "/cgi-bin/getcallbackip": Call("GET", access.callback_ip),
    "/cgi-bin/clear_quota": Call("POST", access.clear_quota),
    "/cgi-bin/openapi/quota/get": Call("POST", access.quota_get),
    "/cgi-bin/template/get_all_private_template": Call("GET", access.templates),
    "/cgi-bin/message/template/send": Call("POST", template.send),
    "/cgi-bin/message/subscribe/bizsend": Call("POST", subscribe.bizsend),
    "/cgi-bin/message/custom/send": Call("POST", custom.send),
    "/cgi-bin/message/mass/send": Call("POST", mass.send),
    "/cgi-bin/message/mass/get": Call("POST", mass.get),
    "/cgi-bin/tags/create": Call("POST", tags.create),
    "/cgi-bin/tags/get": Call("GET", tags.get),
    "/cgi-bin/tags/update": Call("POST", tags.update),
    "/cgi-bin/tags/delete": Call("POST", tags.delete),
    "/cgi-bin/tags/members/batchtagging": Call("POST", tags.batch_tagging),
    "/cgi-bin/tags/members/batchuntagging": Call("POST", tags.batch_untagging),
    "/cgi-bin/tags/getidlist": Call("POST", tags.of_user),
    "/cgi-bin/media/upload": Call("POST", media.upload, form=True),
    "/cgi-bin/media/get": Call("GET", media.get),
    "/cgi-bin/qrcode/create": Call("POST", qrcode.create),
    "/cgi-bin/showqrcode": Call("GET", qrcode.show, token=False),
    "/cgi-bin/menu/create": Call("POST", menu.create),
    "/cgi-bin/menu/get": Call("GET", menu.get),
    "/cgi-bin/menu/delete": Call("GET", menu.delete),
    "/cgi-bin/user/info": Call("GET", users.info),
    "/cgi-bin/user/info/batchget": Call("POST", users.batch_get),
    "/cgi-bin/user/get": Call("GET", users.get),
    "/connect/oauth2/authorize": Call("GET", oauth.authorize, token=False),
    "/sns/oauth2/access_token": Call("GET", oauth.access_token, token=False),
}

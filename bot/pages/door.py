"""The door of every page: the platform says who comes in, and nothing on the way keeps a copy of what is shown."""

from flask import Response, make_response, redirect
from werkzeug.wrappers import Response as Reply

from bot.pages.visitor import remember
from bot.wechat.errors import PlatformError, PlatformSilent
from bot.wechat.oauth import OAuth

ASKED = "asked"
"""The `state` with which somebody comes back from the platform."""


def let_in(oauth: OAuth, code: str, token: str, here: str) -> Reply:
    """Somebody came back from the platform with a code: remembered for the page of this token, whose address is
    `here`."""
    try:
        openid = oauth.openid_for(code)
    except (PlatformError, PlatformSilent):
        # A spent or made-up code, or a silent platform: the page opens as for anybody.
        return redirect(f"{here}?state=nobody")
    return remember(make_response(redirect(here)), token, openid)


def kept_to_oneself(html: str, status: int = 200) -> Response:
    """Nothing between us and the phone may keep a copy, and the page loads nothing from another host."""
    headers = {
        "Cache-Control": "no-store",
        "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'self'",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(html, status=status, headers=headers)

"""Who opened this page: the platform's web authorisation (网页授权), of which we ask only the openid."""

import re
from urllib.parse import urlencode

from bot.wechat.errors import PlatformError, PlatformSilent
from bot.wechat.wire import Wire

_STATE = re.compile(r"[A-Za-z0-9]{1,128}")
_CODE = re.compile(r"[A-Za-z0-9_-]{1,128}")


class OAuth:
    """Sends a browser to the platform and reads who came back. `oauth_base` is `https://open.weixin.qq.com`."""

    def __init__(self, app_id: str, secret: str, *, wire: Wire, oauth_base: str) -> None:
        self._app_id = app_id
        self._secret = secret
        self._wire = wire
        self._base = oauth_base.rstrip("/")

    def authorize_url(self, redirect_uri: str, state: str) -> str:
        """Where to send the browser. `state` is 1 to 128 letters and digits; else ValueError."""
        if not _STATE.fullmatch(state):
            raise ValueError("a state is 1 to 128 letters and digits")
        query = urlencode(
            {
                "appid": self._app_id,
                "redirect_uri": redirect_uri,
                "response_type": "code",
                "scope": "snsapi_base",
                "state": state,
            }
        )
        return f"{self._base}/connect/oauth2/authorize?{query}#wechat_redirect"

    def openid_for(self, code: str) -> str:
        """The openid behind a code, which works once and for five minutes.

        Raises PlatformError whose `next` is BEGIN_OAUTH_AGAIN for a spent or made-up code.
        """
        if not _CODE.fullmatch(code):
            raise PlatformError(40029, "invalid code")
        params = {"appid": self._app_id, "secret": self._secret, "code": code, "grant_type": "authorization_code"}
        openid = self._wire.ask("GET", "/sns/oauth2/access_token", params=params).get("openid")
        if not isinstance(openid, str) or not openid:
            raise PlatformSilent("no openid in the answer")
        return openid

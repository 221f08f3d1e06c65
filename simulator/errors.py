"""The platform's refusals: HTTP 200, an errcode, and an errmsg that ends in a rid."""

import secrets
import time
from typing import Any

MESSAGES = {
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest",
    40002: "invalid grant_type",
    40003: "invalid openid",
    40004: "invalid media type",
    40005: "invalid file type",
    40007: "invalid media_id",
    40008: "invalid message type",
    40013: "invalid appid",
    40014: "invalid access_token",
    40016: "invalid button size",
    40017: "invalid button type",
    40018: "invalid button name size",
    40019: "invalid button key size",
    40020: "invalid button url size",
    40023: "invalid sub button size",
    40024: "invalid sub button type",
    40025: "invalid sub button name size",
    40029: "invalid code",
    40031: "invalid openid list",
    40032: "invalid openid list size",
    40037: "invalid template_id",
    40053: "invalid action info",
    40125: "invalid appsecret",
    40130: "invalid openid list size, at least two openid",
    40163: "code been used",
    40164: "invalid ip, not in whitelist",
    41001: "access_token missing",
    42001: "access_token expired",
    43001: "require GET method",
    43002: "require POST method",
    43004: "require subscribe",
    43019: "require remove blacklist",
    43101: "user refuse to accept the msg",
    44001: "empty media data",
    44002: "empty post data",
    44004: "empty content",
    45001: "media size out of limit",
    45002: "content size out of limit",
    45009: "reach max api daily quota limit",
    45008: "article size out of limit",
    45011: "api minute-quota reach limit, must slower, retry next minute",
    45015: "response out of time limit or subscription is canceled",
    45047: "out of response count limit",
    45056: "too many tags",
    45058: "can't modify sys tag",
    45059: "can't add too many tags to a user",
    45065: "clientmsgid exist",
    45066: "same clientmsgid retry too fast",
    45067: "clientmsgid size out of limit",
    45157: "invalid tag name",
    45158: "tag name too long",
    45159: "invalid tag id",
    46003: "menu not exist",
    47001: "data format error",
    47003: "argument invalid!",
    48001: "api unauthorized",
    48004: "api forbidden",
    48006: "forbid to clear quota because of reaching the limit",
    50002: "user limited",
    61004: "access clientip is not registered",
    76021: "cgi_path not found",
}


class PlatformError(Exception):
    """A refusal with its errcode; `detail` is added to the errmsg, `extra` to the body."""

    def __init__(self, errcode: int, detail: str = "", **extra: Any) -> None:
        super().__init__(errcode)
        self.errcode = errcode
        self.detail = detail
        self.extra = extra

    def body(self) -> dict[str, Any]:
        """The JSON body of the refusal."""
        words = MESSAGES.get(self.errcode, "unknown error")
        if self.detail:
            words = f"{words} {self.detail}"
        return {"errcode": self.errcode, "errmsg": f"{words} rid: {request_id()}", **self.extra}


def request_id() -> str:
    """A rid as the platform writes it: xxxxxxxx-xxxxxxxx-xxxxxxxx."""
    return f"{int(time.monotonic() * 1000) & 0xFFFFFFFF:08x}-{secrets.token_hex(4)}-{secrets.token_hex(4)}"

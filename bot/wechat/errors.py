"""What goes wrong between us and the platform, without a token, a secret or an address in the words."""

import re

from bot.wechat.errcodes import Next, next_for

_RID = re.compile(r"\s*rid: *([0-9A-Za-z-]+)\s*$")


class PlatformError(Exception):
    """The platform answered with an errcode. `errmsg` is its words without the rid, `rid` what support asks for."""

    def __init__(self, errcode: int, errmsg: str) -> None:
        found = _RID.search(errmsg)
        self.errcode = errcode
        self.errmsg = _RID.sub("", errmsg)
        self.rid = found.group(1) if found else ""
        super().__init__(errcode, errmsg)

    @property
    def next(self) -> Next:
        """What to do about it."""
        return next_for(self.errcode)


class PlatformSilent(PlatformError):
    """No usable answer: unreachable, too slow, not JSON, HTTP 5xx. The call may have had its effect or not."""

    def __init__(self, what: str) -> None:
        super().__init__(-1, what)


class MediaRefused(Exception):
    """A file of the platform that we do not take: `too_large`, `wrong_type` or `empty`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

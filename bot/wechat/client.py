"""The wechatpy client that we trust: one base address, one token, a deadline on every call, one retry for the token."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlencode

from wechatpy import WeChatClient
from wechatpy.client.api import WeChatMedia, WeChatQRCode

from bot.wechat.errcodes import Next
from bot.wechat.errors import MediaRefused, PlatformError
from bot.wechat.token import TokenProvider
from bot.wechat.wire import Answer, Wire, understood

T = TypeVar("T")

MEDIA_LIMIT = 10 * 1024 * 1024
MEDIA_TYPES = {
    "image": ("image/jpeg", "image/png", "image/gif", "image/bmp"),
    "voice": ("audio/amr", "audio/mpeg", "audio/mp3", "audio/speex", "voice/speex", "audio/x-speex-with-header-byte"),
}


@dataclass(frozen=True, slots=True)
class Media:
    """A file as the platform gave it."""

    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class QrCode:
    """A code to be drawn from `url` here, so that no picture is fetched from another host."""

    ticket: str
    url: str
    expire_seconds: int


class _Media(WeChatMedia):  # type: ignore[misc]  # wechatpy has no types
    def get_url(self, media_id: str) -> str:
        query = urlencode({"access_token": self.access_token, "media_id": media_id})
        return f"{self._client.wire.address('/cgi-bin/media/get')}?{query}"


class _QrCodes(WeChatQRCode):  # type: ignore[misc]  # wechatpy has no types
    def show(self, ticket: str) -> Answer:
        answer: Answer = self._client.wire.exchange("GET", "/cgi-bin/showqrcode", params={"ticket": ticket})
        return answer

    def get_url(self, ticket: str) -> str:
        return f"{self._client.wire.address('/cgi-bin/showqrcode')}?{urlencode({'ticket': ticket})}"


class Client(WeChatClient):  # type: ignore[misc]  # wechatpy has no types
    """Low-volume calls. Every method raises PlatformError with an errcode, or PlatformSilent without an answer."""

    media = _Media()
    qrcode = _QrCodes()

    def __init__(self, app_id: str, secret: str, *, wire: Wire, tokens: TokenProvider) -> None:
        # Not auto_retry: wechatpy's retry of a permanent 40001 never ends.
        super().__init__(app_id, secret, auto_retry=False)
        self.wire = wire
        self.tokens = tokens

    @property
    def access_token(self) -> str:
        """The shared token."""
        return self.tokens.get()

    def fetch_access_token(self) -> dict[str, Any]:
        """What wechatpy's own code asks for: the shared token, not one of its own."""
        return {"access_token": self.tokens.get()}

    def send_custom_text(self, openid: str, words: str) -> None:
        """A customer-service message (客服消息). It has no idempotency key: a retry may arrive twice."""
        self.post("message/custom/send", data={"touser": openid, "msgtype": "text", "text": {"content": words}})

    def send_template(
        self, openid: str, template_id: str, data: Mapping[str, str], *, client_msg_id: str, url: str = ""
    ) -> str:
        """A template message (模板消息); returns its msgid. One send per openid and client_msg_id in ten minutes."""
        payload: dict[str, Any] = {"touser": openid, "template_id": template_id, "client_msg_id": client_msg_id}
        payload["data"] = {name: {"value": value} for name, value in data.items()}
        if url:
            payload["url"] = url
        return str(self.post("message/template/send", data=payload).get("msgid", ""))

    def upload_media(self, kind: str, name: str, content: bytes, content_type: str) -> str:
        """Uploads a temporary file (kept 3 days); returns its media_id. `name` is ASCII, with its extension."""
        files = {"media": (name, content, content_type)}
        return str(self.post("media/upload", params={"type": kind}, files=files)["media_id"])

    def download_media(self, media_id: str, kind: str, *, limit: int = MEDIA_LIMIT) -> Media:
        """A file of kind `image` or `voice`, at most `limit` bytes. Raises MediaRefused, PlatformError."""

        def call(token: str) -> Answer:
            params = {"access_token": token, "media_id": media_id}
            answer = self.wire.exchange("GET", "/cgi-bin/media/get", params=params, limit=limit, seconds=30.0)
            if _type(answer) in ("application/json", "text/plain"):
                understood(answer)  # errors come as JSON in a 200; a 40001 must be seen by the retry
            return answer

        answer = self._with_token(call)
        if _type(answer) not in MEDIA_TYPES[kind]:
            raise MediaRefused("wrong_type")
        if answer.cut or not answer.body:
            raise MediaRefused("too_large" if answer.cut else "empty")
        return Media(_type(answer), answer.body)

    def create_qrcode(self, scene: str, *, expire_seconds: int | None = None) -> QrCode:
        """A code with a scene of 1 to 64 characters; without `expire_seconds` (at most 2592000) it is permanent."""
        if not 1 <= len(scene) <= 64 or not 0 < (expire_seconds or 1) <= 2_592_000:
            raise ValueError("a scene has 1 to 64 characters and lasts at most 2592000 s")
        payload: dict[str, Any] = {"action_info": {"scene": {"scene_str": scene}}}
        if expire_seconds is None:
            payload["action_name"] = "QR_LIMIT_STR_SCENE"
        else:
            payload |= {"action_name": "QR_STR_SCENE", "expire_seconds": expire_seconds}
        answer = self.post("qrcode/create", data=payload)
        return QrCode(answer["ticket"], answer["url"], int(answer.get("expire_seconds", 0)))

    def create_menu(self, menu: Mapping[str, Any]) -> None:
        """Replaces the account's menu."""
        self.post("menu/create", data=dict(menu))

    def user_info(self, openid: str) -> dict[str, Any]:
        """What the platform says of a person; `subscribe` is 0 for who does not follow."""
        return dict(self.get("user/info", params={"openid": openid, "lang": "zh_CN"}))

    def quota_get(self, cgi_path: str) -> dict[str, Any]:
        """The day's quota of a call, e.g. `/cgi-bin/message/template/send`: `daily_limit`, `used`, `remain`."""
        return dict(self.post("openapi/quota/get", data={"cgi_path": cgi_path})["quota"])

    def _request(self, method: str, url_or_endpoint: str, **kwargs: Any) -> Any:
        """wechatpy's every call, its endpoint groups included, goes through here."""
        absolute = url_or_endpoint.startswith(("http://", "https://"))
        path = url_or_endpoint if absolute else f"/cgi-bin/{url_or_endpoint.lstrip('/')}"
        params, data = dict(kwargs.get("params") or {}), kwargs.get("data")
        if isinstance(data, dict):
            data = json.dumps(data, ensure_ascii=False).encode()
        # Read once, so that a retry sends the same bytes and not the rest of a file that was read to its end.
        files = {name: _bytes(file) for name, file in (kwargs.get("files") or {}).items()} or None

        def call(token: str) -> dict[str, Any]:
            query = {"access_token": token, **params}
            return understood(self.wire.exchange(method, path, params=query, data=data, files=files))

        found = self._with_token(call)
        process = kwargs.get("result_processor")
        return process(found) if process else found

    def _with_token(self, call: Callable[[str], T]) -> T:
        """The call with the shared token; once more if the token was refused and there is another one."""
        token = self.tokens.get()
        try:
            return call(token)
        except PlatformError as refused:
            if refused.next is not Next.REFRESH_TOKEN:
                raise
            try:
                fresh = self.tokens.refresh(token)
            except PlatformError:
                raise refused from None
            if fresh == token:
                raise
            return call(fresh)


def _type(answer: Answer) -> str:
    return answer.content_type.partition(";")[0].strip().lower()


def _bytes(file: Any) -> Any:
    if isinstance(file, tuple):
        return (file[0], _bytes(file[1]), *file[2:])
    return file.read() if hasattr(file, "read") else file

"""Reads the bot's answer to a callback as strictly as the platform: one mistake and the person sees a failure."""

import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from simulator.config import Config
from simulator.crypto import Undecipherable, signature
from simulator.envelope import Sealer

TEXT_BYTES = 2047


class BadReply(ValueError):
    """Not an answer the platform would pass on; says why."""


@dataclass
class Reply:
    """What the person gets: words, or the words that stand for a picture, a voice, an article."""

    kind: str
    text: str
    title: str = ""
    url: str = ""
    extra: dict[str, Any] = field(default_factory=dict)


class Reader:
    """Opens and checks answers; `media_known` says whether a media_id is kept."""

    def __init__(self, config: Config, sealer: Sealer, media_known: Callable[[str], bool]) -> None:
        self._config = config
        self._sealer = sealer
        self._media_known = media_known

    def read(self, body: bytes, openid: str) -> Reply | None:
        """None for an empty body or `success`; raises BadReply."""
        if body.strip() in (b"", b"success"):
            return None
        root = _parse(body)
        encrypted = root.find("Encrypt") is not None
        if encrypted and self._config.mode == "plain":
            raise BadReply("an encrypted answer in plain mode")
        if self._config.mode == "safe" and not encrypted:
            raise BadReply("a plain answer in safe mode")
        if encrypted:
            root = self._open(root)
        return self._message(root, openid)

    def _open(self, root: ElementTree.Element) -> ElementTree.Element:
        encrypt, timestamp, nonce = (_need(root, name) for name in ("Encrypt", "TimeStamp", "Nonce"))
        if _need(root, "MsgSignature") != signature(self._config.token, timestamp, nonce, encrypt):
            raise BadReply("MsgSignature does not fit")
        if not timestamp.isdigit():
            raise BadReply("TimeStamp is not a number")
        try:
            return _parse(self._sealer.envelope.open(encrypt))
        except Undecipherable as error:
            raise BadReply(f"Encrypt cannot be opened: {error}") from error

    def _message(self, root: ElementTree.Element, openid: str) -> Reply:
        if _need(root, "ToUserName") != openid:
            raise BadReply("ToUserName is not the person who wrote")
        if _need(root, "FromUserName") != self._config.original_id:
            raise BadReply("FromUserName is not the account")
        if not _need(root, "CreateTime").isdigit():
            raise BadReply("CreateTime is not a number")
        kind = _need(root, "MsgType")
        if kind == "text":
            return self._text(root)
        if kind in ("image", "voice", "video"):
            media_id = _need(root, f"{kind.capitalize()}/MediaId")
            if not self._media_known(media_id):
                raise BadReply("unknown MediaId")
            words = {"image": "[图片]", "voice": "[语音]", "video": "[视频]"}[kind]
            return Reply(kind, words, extra={"media": media_id})
        if kind == "news":
            return self._news(root)
        if kind == "transfer_customer_service":
            return Reply(kind, "")
        raise BadReply(f"unknown MsgType {kind[:20]}")

    def _text(self, root: ElementTree.Element) -> Reply:
        text = _need(root, "Content")
        if len(text.encode()) > TEXT_BYTES:
            raise BadReply(f"Content has {len(text.encode())} bytes, {TEXT_BYTES} are allowed")
        return Reply("text", text)

    def _news(self, root: ElementTree.Element) -> Reply:
        items = root.findall("Articles/item")
        if _need(root, "ArticleCount") != "1" or len(items) != 1:
            raise BadReply("an answer carries exactly one article")
        title, text = _need(items[0], "Title"), items[0].findtext("Description") or ""
        return Reply("news", text, title, _need(items[0], "Url"), {"picture": items[0].findtext("PicUrl") or ""})


def _parse(body: bytes) -> ElementTree.Element:
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise BadReply("a document type is not allowed")
    try:
        root = ElementTree.fromstring(body)  # noqa: S314 - no document type gets here
    except ElementTree.ParseError as error:
        raise BadReply(f"not well-formed XML: {error}") from error
    if root.tag != "xml":
        raise BadReply("the root must be <xml>")
    return root


def _need(root: ElementTree.Element, path: str) -> str:
    found = root.findall(path)
    if len(found) != 1 or not found[0].text:
        raise BadReply(f"{path} is missing, empty or repeated")
    return found[0].text

"""A verified body becomes one frozen `Message` or `Event`, or a `BadCallback`; nothing else comes out."""

import hashlib
import re
from dataclasses import dataclass

from bot.wechat import xmltree
from bot.wechat.bad_callback import BadCallback
from bot.wechat.xmltree import Node

_OPENID = re.compile(r"[!-~]{1,64}")
_NAME = re.compile(r"[A-Za-z0-9_]{1,64}")
_DIGITS = re.compile(r"[0-9]{1,19}")
_NUMBER = re.compile(r"-?[0-9]{1,12}")
_DEGREES = re.compile(r"-?[0-9]{1,6}(\.[0-9]{1,20})?")

RECEIPTS = {"TEMPLATESENDJOBFINISH", "MASSSENDJOBFINISH", "subscribe_msg_sent_event"}
CONSENTS = {"subscribe_msg_popup_event", "subscribe_msg_change_event"}
SPOKEN = {"subscribe", "unsubscribe", "SCAN", "CLICK", "VIEW"}


@dataclass(frozen=True, slots=True)
class Message:
    """What a person sent. Fields that a kind does not have are '' or None; an empty text is ''."""

    openid: str
    to_user: str
    created: int
    kind: str
    msg_id: str
    text: str = ""
    media_id: str = ""
    thumb_media_id: str = ""
    pic_url: str = ""
    format: str = ""
    recognition: str = ""
    latitude: float | None = None
    longitude: float | None = None
    scale: int = 0
    label: str = ""
    title: str = ""
    description: str = ""
    url: str = ""

    @property
    def key(self) -> str:
        """What makes it the same message: MsgId alone has collided in the field."""
        return _key(self.created, "message", self.openid, str(self.created), self.msg_id)


@dataclass(frozen=True, slots=True)
class Item:
    """One `<List>` entry of a subscribe_msg event; `status` is accept, reject, … or the sent event's ErrorStatus."""

    template_id: str
    status: str
    scene: str = ""
    msg_id: str = ""
    error_code: int = 0


@dataclass(frozen=True, slots=True)
class Event:
    """What happened. `kind` is the platform's `Event`, as written; `msg_id` is set in receipts alone."""

    openid: str
    to_user: str
    created: int
    kind: str
    msg_id: str = ""
    event_key: str = ""
    ticket: str = ""
    status: str = ""
    total: int = 0
    filtered: int = 0
    sent: int = 0
    errors: int = 0
    latitude: float | None = None
    longitude: float | None = None
    precision: float | None = None
    items: tuple[Item, ...] = ()

    @property
    def scene(self) -> str:
        """The scene of a QR code, the same for a new follower (`qrscene_X`) and an old one (`X`)."""
        return self.event_key.removeprefix("qrscene_")

    @property
    def is_receipt(self) -> bool:
        """What became of something we sent."""
        return self.kind in RECEIPTS

    @property
    def is_consent(self) -> bool:
        """What a person allowed or refused in the subscription popup."""
        return self.kind in CONSENTS

    @property
    def is_heard(self) -> bool:
        """What somebody did that is answered or noted; the platform has more to say, and may have tomorrow."""
        return self.is_consent or self.kind in SPOKEN

    @property
    def key(self) -> str:
        """What makes it the same event; a receipt is the same whenever it is written."""
        items = [part for item in self.items for part in (item.template_id, item.status, item.msg_id)]
        if self.is_receipt:
            return _key(0, "receipt", self.openid, self.kind, self.msg_id, self.status, *items)
        return _key(self.created, "event", self.openid, str(self.created), self.kind, self.event_key, *items)


def parse(body: bytes) -> Message | Event:
    """One callback body, decrypted already. Raises BadCallback, and only that."""
    root = xmltree.read(body)
    openid, to_user = _matching(_OPENID, root, "FromUserName"), _matching(_OPENID, root, "ToUserName")
    created = int(_matching(_DIGITS, root, "CreateTime"))
    kind = _matching(_NAME, root, "MsgType")
    return _event(root, openid, to_user, created) if kind == "event" else _message(root, openid, to_user, created, kind)


def _message(root: Node, openid: str, to_user: str, created: int, kind: str) -> Message:
    place = kind == "location"
    return Message(
        openid=openid,
        to_user=to_user,
        created=created,
        kind=kind,
        msg_id=_matching(_DIGITS, root, "MsgId"),
        text=root.value("Content"),
        media_id=root.value("MediaId"),
        thumb_media_id=root.value("ThumbMediaId"),
        pic_url=root.value("PicUrl"),
        format=root.value("Format"),
        recognition=root.value("Recognition"),
        latitude=_degrees(root, "Location_X", 90) if place else None,
        longitude=_degrees(root, "Location_Y", 180) if place else None,
        scale=_number(root, "Scale"),
        label=root.value("Label"),
        title=root.value("Title"),
        description=root.value("Description"),
        url=root.value("Url"),
    )


def _event(root: Node, openid: str, to_user: str, created: int) -> Event:
    kind = _matching(_NAME, root, "Event")
    place = kind == "LOCATION"
    return Event(
        openid=openid,
        to_user=to_user,
        created=created,
        kind=kind,
        msg_id=_matching(_DIGITS, root, "MsgID") if kind.endswith("SENDJOBFINISH") else "",
        event_key=root.value("EventKey"),
        ticket=root.value("Ticket"),
        status=root.value("Status"),
        total=_number(root, "TotalCount"),
        filtered=_number(root, "FilterCount"),
        sent=_number(root, "SentCount"),
        errors=_number(root, "ErrorCount"),
        latitude=_degrees(root, "Latitude", 90) if place else None,
        longitude=_degrees(root, "Longitude", 180) if place else None,
        precision=_degrees(root, "Precision", 1e6) if place else None,
        items=tuple(_item(node) for node in root.all("List")) if kind.startswith("subscribe_msg_") else (),
    )


def _item(node: Node) -> Item:
    return Item(
        template_id=node.value("TemplateId"),
        status=node.value("SubscribeStatusString") or node.value("ErrorStatus"),
        scene=node.value("PopupScene"),
        msg_id=node.value("MsgID"),
        error_code=_number(node, "ErrorCode"),
    )


def _matching(pattern: re.Pattern[str], node: Node, name: str) -> str:
    value = node.value(name).strip()
    if not value:
        raise BadCallback("missing_field")
    if not pattern.fullmatch(value):
        raise BadCallback("bad_field")
    return value


def _number(node: Node, name: str) -> int:
    value = node.value(name).strip()
    if value and not _NUMBER.fullmatch(value):
        raise BadCallback("bad_number")
    return int(value or "0")


def _degrees(node: Node, name: str, limit: float) -> float:
    value = node.value(name).strip()
    if not _DEGREES.fullmatch(value) or abs(float(value)) > limit:
        raise BadCallback("bad_number")
    return float(value)


def _key(created: int, *parts: str) -> str:
    """Bounded whatever the parts are; it begins with the time, so that new keys stand together in the index.

    XML text holds no NUL, so two different lists of parts never join to the same string.
    """
    return f"{created}-{hashlib.sha256(chr(0).join(parts).encode()).hexdigest()[:40]}"

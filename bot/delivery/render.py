"""What goes over the wire for each row of a lease: a template card that opens the row's page, or words in the chat."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from models.base.errors import Misconfigured
from models.base.seal import Vault
from models.base.texts import say
from models.messaging.links import token_for
from models.messaging.outbox import Channel, client_msg_id
from models.messaging.outbox.leasing import Lease, Row

PATHS = {Channel.TEMPLATE: "/cgi-bin/message/template/send", Channel.CUSTOM: "/cgi-bin/message/custom/send"}
_FIELD_CHARS = 20
_TEXT_BYTES = 2000


@dataclass(frozen=True)
class Renderer:
    """`templates` maps a kind (notice, lesson, task) to a template id; pages are under `public_url`/p/."""

    templates: Mapping[str, str]
    public_url: str
    vault: Vault

    def bodies(self, lease: Lease) -> Iterator[tuple[Row, bytes]]:
        """The JSON of each row, UTF-8. Raises Misconfigured for a kind without a template."""
        if lease.channel == Channel.CUSTOM:
            yield from ((row, _json(self._text(lease, row))) for row in lease.rows)
            return
        shared = _data(json.loads(lease.broadcast.card)) if lease.broadcast else b""
        for row in lease.rows:
            yield row, self._card(row, shared or _data(self._words(row).get("card", {})))

    def _card(self, row: Row, data: bytes) -> bytes:
        template = self.templates.get(row.kind)
        if template is None:
            raise Misconfigured(f"wechat.templates：没有 {row.kind} 的模板")
        url = f"{self.public_url}/p/{token_for(self.vault, row.id)}"
        head = {"touser": row.openid, "template_id": template, "url": url, "client_msg_id": client_msg_id(row.id)}
        return _json(head)[:-1] + b',"data":' + data + b"}"

    def _text(self, lease: Lease, row: Row) -> dict[str, Any]:
        if lease.broadcast is not None:
            text = lease.broadcast.text_home if row.voice == "在家" else lease.broadcast.text_away
        else:
            text = str(self._words(row).get("text", ""))
        return {"touser": row.openid, "msgtype": "text", "text": {"content": clipped(text)}}

    def _words(self, row: Row) -> dict[str, Any]:
        if row.words_sealed is None:
            return {}
        found: dict[str, Any] = json.loads(self.vault.open("delivery", "words", row.id, row.words_sealed))
        return found


def clipped(text: str) -> str:
    """The text itself, or as much of it as a customer-service message takes (bytes of UTF-8)."""
    data = text.encode()
    return text if len(data) <= _TEXT_BYTES else data[:_TEXT_BYTES].decode("utf-8", "ignore") + "…"


def _data(card: Mapping[str, Any]) -> bytes:
    """A card's fields as the platform shows them: one line of at most 20 characters, never empty."""
    lines = {name: " ".join(str(value).split())[:_FIELD_CHARS] for name, value in card.items()}
    return _json({name: {"value": line or say("delivery.see_page")} for name, line in lines.items()})


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()

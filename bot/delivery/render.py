"""What goes over the wire for the rows of a lease: a card that opens the row's page, words in the chat, a mass call."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from json.encoder import encode_basestring
from typing import Any

from models.base.errors import Misconfigured
from models.base.seal import Vault
from models.base.texts import say
from models.messaging.dispatch.leasing import Lease
from models.messaging.links import token_for
from models.messaging.outbox import Channel, client_mass_id, client_msg_id
from models.messaging.outbox.recipients import Row
from models.messaging.wording.cards import fitted

PATHS = {
    Channel.TEMPLATE: "/cgi-bin/message/template/send",
    Channel.CUSTOM: "/cgi-bin/message/custom/send",
    Channel.SUBSCRIBE: "/cgi-bin/message/subscribe/bizsend",
    Channel.MASS: "/cgi-bin/message/mass/send",
}
_TEXT_BYTES = 2000


@dataclass(frozen=True)
class Renderer:
    """`templates` maps a kind (notice, lesson, task) to a template id, `subscribe` to one for subscription messages;
    pages are under `public_url`/p/."""

    templates: Mapping[str, str]
    public_url: str
    vault: Vault
    subscribe: Mapping[str, str] = field(default_factory=dict)

    def bodies(self, lease: Lease) -> Iterator[tuple[Row, bytes]]:
        """The JSON of each row, UTF-8; of a mass call its first row's. Raises Misconfigured without a template."""
        if lease.channel == Channel.MASS:
            yield lease.rows[0], _json(self._mass(lease))
            return
        if lease.channel == Channel.CUSTOM:
            yield from ((row, _json(self._text(lease, row))) for row in lease.rows)
            return
        shared = _shared(lease)
        card = self._subscription if lease.channel == Channel.SUBSCRIBE else self._card
        for row in lease.rows:
            yield row, card(row) + (shared.get(row.voice) or self._own(lease, row)) + b"}"

    def _card(self, row: Row) -> bytes:
        """A card up to its data. Put together by hand: this is said for each of 450,000."""
        template = self.templates.get(row.kind)
        if template is None:
            raise Misconfigured(say("setting.no_template", kind=row.kind))
        who, key = encode_basestring(row.openid), client_msg_id(row.id)
        head = f'{{"touser":{who},"template_id":"{template}","url":"{self._page(row)}","client_msg_id":"{key}","data":'
        return head.encode()

    def _subscription(self, row: Row) -> bytes:
        template = self.subscribe.get(row.kind)
        if not template:
            raise Misconfigured(say("setting.no_subscribe_template", kind=row.kind))
        head = {"touser": row.openid, "template_id": template, "page": self._page(row)}
        return _json(head)[:-1] + b',"data":'

    def _mass(self, lease: Lease) -> dict[str, Any]:
        """One call for all rows of the batch, which are of one voice."""
        words = self._text(lease, lease.rows[0])
        return words | {"touser": [row.openid for row in lease.rows], "clientmsgid": client_mass_id(lease.batch_id)}

    def _page(self, row: Row) -> str:
        return f"{self.public_url}/p/{token_for(self.vault, row.id)}"

    def _text(self, lease: Lease, row: Row) -> dict[str, Any]:
        if lease.broadcast is not None:
            text = lease.broadcast.text_in(row.voice)
        else:
            text = str(self._words(lease, row).get("text", ""))
        return {"touser": row.openid, "msgtype": "text", "text": {"content": clipped(text)}}

    def _own(self, lease: Lease, row: Row) -> bytes:
        return _data(self._words(lease, row).get("card", {}))

    def _words(self, lease: Lease, row: Row) -> Mapping[str, Any]:
        if row.words_sealed is None:
            return lease.said.get(row.id, {})
        found: dict[str, Any] = json.loads(self.vault.open("delivery", "words", row.id, row.words_sealed))
        return found


def clipped(text: str) -> str:
    """The text itself, or as much of it as a customer-service message takes (bytes of UTF-8)."""
    data = text.encode()
    return text if len(data) <= _TEXT_BYTES else data[:_TEXT_BYTES].decode("utf-8", "ignore") + "…"


def _shared(lease: Lease) -> dict[str, bytes]:
    """The data of a broadcast's cards by voice, put together once for all rows of the lease."""
    if lease.broadcast is None:
        return {}
    return {voice: _data(lease.broadcast.card_in(voice)) for voice in {row.voice for row in lease.rows}}


def _data(card: Mapping[str, Any]) -> bytes:
    """A card's fields as the platform shows them: one line of at most 20 characters, never empty."""
    lines = {name: fitted(str(value)) for name, value in card.items()}
    return _json({name: {"value": line or say("delivery.see_page")} for name, line in lines.items()})


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()

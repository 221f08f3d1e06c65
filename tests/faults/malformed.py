"""Callbacks that went wrong on the way: bytes at random, fields moved about, ciphertext that should not exist."""

import base64
import random
import re
from datetime import UTC, datetime

from bot.wechat.crypto import Mode
from tests.wechat.signing import encrypted, plain_query, safe_request, with_raw_plaintext
from tests.wechat.test_inbound import CASES

NOW = datetime(2027, 6, 1, 2, 0, tzinfo=UTC)
SEEDS = [raw.encode() for raw, _ in CASES.values()]
PIECES = [
    *(
        b"<",
        b">",
        b"&",
        b"]]>",
        b"<![CDATA[",
        b"<xml>",
        b"</xml>",
        b"\0",
        b"\xff\xfe",
        b"\xe5",
        b"&#x0;",
        b"&#xD800;",
        b"&a;",
    ),
    *(
        b'<!DOCTYPE xml [<!ENTITY a "b">]>',
        b"<?a b?>",
        b"<!--",
        b"-->",
        b"<a>" * 30,
        b"<a/>" * 300,
        b'<a b="c">',
        b"9" * 40,
    ),
    *(b"-", b"nan", b"1e999", "好".encode(), b"<FromUserName>x</FromUserName>", b"<List>", b"<Encrypt>", b"\r\n", b" "),
]


FIELD = re.compile(rb"<\w+>[^<]*(?:<!\[CDATA\[.*?\]\]>)?[^<]*</\w+>", re.DOTALL)
NAME = re.compile(rb"<(\w+)>")
VALUES = [
    *(
        b"",
        b" ",
        b"0",
        b"-1",
        b"9" * 19,
        b"9" * 30,
        "１".encode(),
        b"nan",
        b"90.0000001",
        b"event",
        b"text",
        b"location",
    ),
    *(
        b"TEMPLATESENDJOBFINISH",
        b"subscribe_msg_sent_event",
        b"LOCATION",
        "好".encode() * 9000,
        b"\n" * 50_000,
        b"x" * 65,
    ),
    *(b"qrscene_", b"]]", b"&amp;" * 5000, "👵".encode(), b"success", b"1811815200"),
]


def restructured(chance: random.Random) -> bytes:
    """Well-formed more often than not: whole fields go, come twice, change places or hold something else."""
    body = chance.choice(SEEDS)
    fields = FIELD.findall(body)
    for _ in range(chance.randrange(1, 4)):
        field, other = chance.choice(fields), chance.choice(fields)
        name = NAME.match(field).group(1)  # type: ignore[union-attr]
        changed = chance.choice(
            (
                b"",
                field + field,
                other,
                b"<%s><![CDATA[%s]]></%s>" % (name, chance.choice(VALUES), name),
                b"<%s>%s</%s>" % (name, chance.choice(VALUES), name),
                b"<%s>%s</%s>" % (name, other, name),
                field.replace(name, NAME.match(other).group(1)),  # type: ignore[union-attr]
            )
        )
        body = body.replace(field, changed, 1)
    return body


def mutated(chance: random.Random) -> bytes:
    if chance.random() < 0.5:
        return restructured(chance)
    body = bytearray(chance.choice(SEEDS))
    kind = chance.random()
    if kind < 0.03:
        return chance.randbytes(chance.randrange(600))
    if kind < 0.06:
        return bytes(body) * chance.randrange(2, 40)
    if kind < 0.065:
        # No larger than it must be: what the generator itself allocates would count as growth of the edge.
        piece = chance.choice(PIECES)
        return bytes(body).replace(b"CDATA[", b"CDATA[" + piece * chance.randrange(70_000 // len(piece)), 1)
    for _ in range(chance.randrange(1, 6)):
        at = chance.randrange(len(body) + 1)
        how = chance.randrange(4)
        if how == 0:
            del body[at : at + chance.randrange(1, 40)]
        elif how == 1:
            body[at:at] = chance.choice(PIECES)
        elif how == 2:
            body[at : at + 1] = chance.randbytes(1)
        else:
            start = chance.randrange(len(body) + 1)
            body[at:at] = body[start : start + chance.randrange(80)]
    return bytes(body)


def request_for(chance: random.Random, mode: Mode, number: int) -> tuple[dict[str, str], bytes]:
    body, nonce = mutated(chance), str(number)
    inside = mode == "safe" or (mode == "compatible" and chance.random() < 0.5)
    if not inside:
        query = plain_query(NOW, nonce)
    else:
        how = chance.random()
        if how < 0.7:
            encrypt = encrypted(body[:40_000])
        elif how < 0.8:
            encrypt = with_raw_plaintext(chance.randbytes(32 * chance.randrange(1, 8)))
        elif how < 0.9:
            encrypt = base64.b64encode(chance.randbytes(chance.randrange(200))).decode()
        else:
            encrypt = "".join(chr(chance.randrange(32, 127)) for _ in range(50)).replace("]", "")
        query, envelope = safe_request(NOW, encrypt, nonce)
        body = envelope if how < 0.9 else body
    if chance.random() < 0.2:
        name = chance.choice(list(query))
        query[name] = chance.choice(("", "0", "好", "%00", query[name] * 2, query[name][:-1], "9" * 60))
    return query, body

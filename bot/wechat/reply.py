"""The passive reply: words as text, whatever they contain, and never more than the platform carries."""

import re

MAX_BYTES = 2047
"""Tencent: a text reply of at most 2047 bytes, about 680 汉字."""

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class TooLong(ValueError):
    """Words that do not fit in a reply: whoever wrote them must say less. The message holds only their length."""


def fitting(words: str) -> str:
    """The words as they will arrive, without characters that XML cannot carry. Raises TooLong past 2047 bytes.

    Nothing is cut here: half a sentence about a child is worse than a bug that someone sees.
    """
    words = _NOT_XML.sub("", words)
    size = len(words.encode())
    if size > MAX_BYTES:
        raise TooLong(f"a reply of {size} bytes")
    return words


def parts(words: str) -> list[str]:
    """The words as so many messages as they need, one after the other; [] where nothing is said.

    Nothing is left out but what XML cannot carry. A message ends with a line or a sentence where there is one.
    """
    words, found = _NOT_XML.sub("", words), []
    while len(words.encode()) > MAX_BYTES:
        most = len(words.encode()[:MAX_BYTES].decode(errors="ignore"))
        end = _last_break(words, most)
        found.append(words[:end].rstrip("\n"))
        words = words[end:]
    return [part for part in (*found, words) if part.strip()]


def _last_break(words: str, most: int) -> int:
    """Where to part: at the last line or sentence of the second half, else at its last comma, else at the end."""
    for signs in ("\n", "。！？；", "，、 "):
        end = max(words.rfind(sign, most // 2, most) for sign in signs) + 1
        if end:
            return end
    return most


def text_reply(openid: str, from_user: str, words: str, created: int) -> str:
    """The XML that answers with a text; `from_user` is the account's ToUserName, `created` Unix seconds."""
    return (
        f"<xml><ToUserName>{_cdata(openid)}</ToUserName><FromUserName>{_cdata(from_user)}</FromUserName>"
        f"<CreateTime>{created}</CreateTime><MsgType>{_cdata('text')}</MsgType>"
        f"<Content>{_cdata(fitting(words))}</Content></xml>"
    )


def _cdata(text: str) -> str:
    # `]]>` would end the section and let the rest be read as markup: it is split over two sections.
    return f"<![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]>"

"""A person as somebody writes them who is new: a name and a phone, in either order, in any width."""

import re
import unicodedata

_PHONE = re.compile(r"\+?[0-9](?:[ \-]?[0-9]){6,}")
"""What is meant for a phone; whether it is one is for others to say."""
_BETWEEN = " ,，、;；:："


def name_and_phone(text: str) -> tuple[str, str]:
    """The name and the phone in what was written; '' for the one that is not there."""
    text = unicodedata.normalize("NFKC", text)
    found = _PHONE.search(text)
    if found is None:
        return text.strip(_BETWEEN), ""
    rest = f"{text[: found.start()]} {text[found.end() :]}"
    return " ".join(rest.strip(_BETWEEN).split()), found[0]

"""The address of a page: unguessable, derived from the row it shows and so the same after any crash."""

import hmac
import re

from models.base.seal import Vault
from models.base.store import Session

_ID = re.compile("[0-9a-f]{1,16}")
_DELIVERY, _BROADCAST = "page", "progress"


def page_token(session: Session, delivery_id: int) -> str:
    """What stands behind `/p/` for a delivery: its id in hex and a keyed signature."""
    return token_for(session.vault, delivery_id)


def token_for(vault: Vault, delivery_id: int) -> str:
    """The same outside a transaction, for the sender."""
    return _token(vault, _DELIVERY, delivery_id)


def delivery_behind(session: Session, token: str) -> int | None:
    """The delivery id of a genuine token, or None."""
    return _behind(session.vault, _DELIVERY, token)


def progress_token(session: Session, broadcast_id: int) -> str:
    """What stands behind `/p/b/` for a broadcast."""
    return _token(session.vault, _BROADCAST, broadcast_id)


def broadcast_behind(session: Session, token: str) -> int | None:
    """The broadcast id of a genuine token, or None."""
    return _behind(session.vault, _BROADCAST, token)


def _token(vault: Vault, what: str, row_id: int) -> str:
    return f"{row_id:x}-{vault.sign(what, str(row_id))}"


def _behind(vault: Vault, what: str, token: str) -> int | None:
    head, _, signature = token.partition("-")
    if _ID.fullmatch(head) is None:
        return None
    row_id = int(head, 16)
    genuine = vault.sign(what, str(row_id))
    return row_id if hmac.compare_digest(genuine.encode(), signature.encode()) else None

"""The address of a delivery's page: unguessable, derived from the row and so the same after any crash."""

import hmac
import re

from models.base.seal import Vault
from models.base.store import Session

_ID = re.compile("[0-9a-f]{1,16}")


def page_token(session: Session, delivery_id: int) -> str:
    """What stands behind `/p/` for a delivery: its id in hex and a keyed signature."""
    return token_for(session.vault, delivery_id)


def token_for(vault: Vault, delivery_id: int) -> str:
    """The same outside a transaction, for the sender."""
    return f"{delivery_id:x}-{vault.sign('page', str(delivery_id))}"


def delivery_behind(session: Session, token: str) -> int | None:
    """The delivery id of a genuine token, or None."""
    head, _, signature = token.partition("-")
    if _ID.fullmatch(head) is None:
        return None
    delivery_id = int(head, 16)
    genuine = session.vault.sign("page", str(delivery_id))
    return delivery_id if hmac.compare_digest(genuine.encode(), signature.encode()) else None

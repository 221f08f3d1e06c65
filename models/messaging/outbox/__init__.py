"""Nothing is sent that is not a `Delivery` row; rows travel in batches, and a batch is what a worker leases."""

from models.messaging.outbox.posting import Post, post, post_many, posted
from models.messaging.outbox.ready import Ready
from models.messaging.outbox.rows import (
    KEYED,
    NOT_REACHED,
    REACHED,
    RETRY_WITHIN,
    UNSETTLED,
    Batch,
    BatchState,
    Channel,
    Delivery,
    Lane,
    State,
    batch_size,
    client_mass_id,
    client_msg_id,
    retry_within,
)

__all__ = [
    "KEYED",
    "NOT_REACHED",
    "REACHED",
    "RETRY_WITHIN",
    "UNSETTLED",
    "Batch",
    "BatchState",
    "Channel",
    "Delivery",
    "Lane",
    "Post",
    "Ready",
    "State",
    "batch_size",
    "client_mass_id",
    "client_msg_id",
    "post",
    "post_many",
    "posted",
    "retry_within",
]

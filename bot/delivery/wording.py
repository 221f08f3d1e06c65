"""The words of rows that hold none: a digest says what its lessons say."""

from dataclasses import replace

from models.base.store import Session
from models.learning.wording import KIND, digest_words
from models.messaging.outbox.leasing import Lease


def worded(session: Session, lease: Lease) -> Lease:
    """The lease with the words of its digests; another is what it was."""
    wordless = [row.id for row in lease.rows if row.kind == KIND and row.words_sealed is None]
    return replace(lease, said=digest_words(session, wordless)) if wordless else lease

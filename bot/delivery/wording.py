"""The words of rows that hold none: what lessons say, and ask."""

from dataclasses import replace

from models.base.store import Session
from models.learning.wording import KIND, digest_words, question_words
from models.messaging.dispatch.leasing import Lease


def worded(session: Session, lease: Lease) -> Lease:
    """The lease with the words of its digests and questions; another is what it was."""
    if lease.broadcast is not None:
        return lease
    wordless = [row for row in lease.rows if row.words_sealed is None]
    digests = [row.id for row in wordless if row.kind == KIND]
    questions = [row.id for row in wordless if row.kind != KIND]
    said = digest_words(session, digests) if digests else {}
    if questions:
        said |= question_words(session, questions)
    return replace(lease, said=said) if said else lease

"""How many of a city can be written to, and how many cannot and why: asked of the whole, of no account by itself."""

import sqlalchemy as sa
from sqlmodel import col

from models.base.store import Session
from models.messaging.audiences.people import REASONS, everyone, why_not
from models.messaging.audiences.whom import Audience
from models.roster.accounts import joined_to_following
from models.roster.consent import Consent, standing
from models.roster.scope import Scope


def reasons(session: Session, scope: Scope, audience: Audience) -> dict[str, int]:
    """How many of those whom `people` means there are for each `reason` of `with_accounts`, '' among them.

    For very many people. The account that is written to follows if any of a person does, so that which it is need not
    be known.
    """
    found = everyone(session, scope, audience, many=True).subquery()
    consented = col(Consent.id).is_not(None).label("consented")
    query = sa.select(found.c.person_id, consented).select_from(found)
    query = query.outerjoin(Consent, sa.and_(col(Consent.person_id) == found.c.person_id, *standing()))
    each = joined_to_following(session, query, found.c.person_id).subquery()
    reason = why_not(each.c.following.is_not(None), each.c.following, each.c.consented)
    # Counted one beside the other: to group them, SQLite would sort them all.
    kinds = ("", *REASONS)
    counts = (sa.func.count().filter(reason == kind) for kind in kinds)
    counted = session.connection().execute(sa.select(*counts).select_from(each)).one()
    return {kind: count for kind, count in zip(kinds, counted, strict=True) if count}

"""The guardians an audience means, each once, in the voice of where they are."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col

from models.base.facts import holding
from models.base.many import one_of
from models.base.store import Session
from models.messaging.audiences.conditions import born_on, condition
from models.messaging.audiences.terms import Node
from models.messaging.audiences.whom import Audience
from models.messaging.outbox.rows import Delivery
from models.roster.accounts import Account, joined_to_best
from models.roster.children import Child, births_in_band
from models.roster.consent import Consent, standing
from models.roster.people import Person
from models.roster.scope import Scope
from models.roster.ties import Guardianship
from models.roster.units import Unit

EVERYWHERE = Scope(0, paths=("",))
"""Whoever is left out is left out wherever they are."""

UNBOUND, NOT_FOLLOWING, NO_CONSENT = REASONS = ("unbound", "not_following", "no_consent")
"""Why nothing can be sent to somebody: the first that is true."""


def people(
    session: Session,
    scope: Scope,
    audience: Audience,
    *,
    among: Sequence[int] | None = None,
    with_child: bool = False,
    day: date | None = None,
) -> sa.Select[Any]:
    """(person_id, at_home) of each guardian once, always within the scope; at home for one of the children is at home.

    A guardian is meant where one child of theirs, and their tie to that child, fit the expression. Erased people are
    left out; `among` asks only of these people, some thousands at most. `with_child`: also the first such child. Ages
    are those of a `day`, or of today.
    """
    day = day or session.today
    tie, meant = _meant(session, scope, audience, day)
    meant = _without_others(session, meant, tie, audience, day)
    found = meant.with_only_columns(tie.c.person_id, sa.func.max(sa.cast(tie.c.at_home, sa.Integer)).label("at_home"))
    if with_child:
        found = found.add_columns(sa.func.min(tie.c.child_id).label("child_id"))
    if among is not None:
        found = found.where(one_of(session, tie.c.person_id, among))
    return found.group_by(tie.c.person_id)


def everyone(session: Session, scope: Scope, audience: Audience, *, many: bool = False) -> sa.Select[Any]:
    """(person_id) of those whom `people` means, to be counted: where each of them lives need not be known.

    `many`: they are so many that every tie may be looked at for it.
    """
    tie, meant = _ties(session, scope, audience, session.today, by_person=many)
    meant = _without_others(session, meant, tie, audience, session.today)
    # Dialect switch: a server has several processes join people with ties; SQLite looks nobody up for it, and reads
    # the ties in the order of people, so that nobody is sorted.
    if session.get_bind().dialect.name == "sqlite":
        erased = sa.select(col(Person.id)).where(col(Person.erased_at).is_not(None))
        meant = meant.where(tie.c.person_id.not_in(erased)).with_only_columns(tie.c.person_id)
        return meant.group_by(tie.c.person_id)
    of_ties = col(Person.id).in_(meant.with_only_columns(tie.c.person_id))
    return sa.select(col(Person.id).label("person_id")).where(col(Person.erased_at).is_(None), of_ties)


def are_many(session: Session, scope: Scope, audience: Audience, many: int) -> bool:
    """Whether so many ties are meant: a look that ends as soon as it has seen them."""
    tie, meant = _ties(session, scope, audience, session.today)
    some = meant.with_only_columns(tie.c.id).limit(many).subquery()
    return bool(session.connection().execute(sa.select(sa.func.count()).select_from(some)).scalar_one() == many)


def ages(
    session: Session, scope: Scope, audience: Audience, groups: Sequence[str], *, among: Sequence[int] | None = None
) -> sa.Select[Any]:
    """(person_id, ages) of guardians all of whose meant children are in one of these groups of bands (`12-15 15-18`);
    whoever has children of several, or of none, is not there."""
    tie, meant = _meant(session, scope, audience, session.today)
    aged = aliased(Child)
    birth = col(aged.birth)
    group = sa.case(
        *(
            (sa.or_(*(birth.between(*births_in_band(band, session.today)) for band in group.split())), group)
            for group in groups
        ),
        else_="",
    )
    found = meant.join(aged, col(aged.id) == tie.c.child_id)
    if among is not None:
        found = found.where(one_of(session, tie.c.person_id, among))
    found = found.group_by(tie.c.person_id).having(sa.func.min(group) == sa.func.max(group), sa.func.max(group) != "")
    return found.with_only_columns(tie.c.person_id, sa.func.max(group).label("ages"))


def children(
    session: Session, scope: Scope, audience: Audience, *, among: Sequence[int] | None = None
) -> sa.Select[Any]:
    """(child_id) of the children for whose sake anybody is meant, always within the scope; `among` only these."""
    tie, meant = _meant(session, scope, audience, session.today)
    if among is not None:
        meant = meant.where(one_of(session, tie.c.child_id, among))
    return meant.with_only_columns(tie.c.child_id).distinct()


def births(
    session: Session, scope: Scope, audience: Audience, *, among: Sequence[int] | None = None
) -> dict[tuple[int, int], set[int]]:
    """Who is meant on a birthday, whichever day it is, by the (month, day) of a child's birth: for a look at many days.

    The audience is one for birthdays without an expression, whose ages would be those of the day.
    """
    tie, meant = _meant(session, scope, replace(audience, birthday=""), session.today)
    born = aliased(Child)
    found = meant.join(born, col(born.id) == tie.c.child_id).with_only_columns(tie.c.person_id, col(born.birth))
    if among is not None:
        found = found.where(one_of(session, tie.c.person_id, among))
    by_day: dict[tuple[int, int], set[int]] = {}
    for person, birth in session.connection().execute(found):
        by_day.setdefault((birth.month, birth.day), set()).add(person)
    return by_day


def is_a_birthday(session: Session, unit: Unit, day: date) -> bool:
    """Whether a day is the birthday of any child of a unit: a quick look before it is asked whom to write to."""
    here = (
        sa.select(col(Child.id)).join(Unit, col(Unit.id) == Child.unit_id).where(col(Unit.path).startswith(unit.path))
    )
    born = here.where(born_on(sa.type_coerce(col(Child.birth), sa.Date), day), col(Child.left_on).is_(None))
    return session.connection().execute(born.limit(1)).first() is not None


def _meant(session: Session, scope: Scope, audience: Audience, day: date) -> tuple[sa.Subquery, sa.Select[Any]]:
    """The ties of guardians to children, and the query for those of them that fit on a day. Who was erased does not."""
    tie, fitting = _ties(session, scope, audience, day)
    return tie, fitting.join(Person, (col(Person.id) == tie.c.person_id) & col(Person.erased_at).is_(None))


def _ties(
    session: Session, scope: Scope, audience: Audience, day: date, *, by_person: bool = False
) -> tuple[sa.Subquery, sa.Select[Any]]:
    """The same, whether they were erased or not. `by_person`: SQLite reads every tie and looks up its child, where it
    would look up the ties of each child."""
    inside = session.get_one(Unit, audience.unit_id).path
    without = tuple(session.get_one(Unit, each).path for each in audience.without)
    by_person = by_person and session.get_bind().dialect.name == "sqlite"
    return _fitting(scope, inside, without, audience.expression, audience.birthday, session.today, day, by_person)


@lru_cache(maxsize=64)
def _fitting(
    scope: Scope,
    inside: str,
    without: tuple[str, ...],
    expression: Node | None,
    birthday: str,
    today: date,
    day: date,
    by_person: bool,
) -> tuple[sa.Subquery, sa.Select[Any]]:
    """`_ties` for paths of units, built once a day: a notice asks half a dozen times for the same people, and to build
    the question takes longer than to answer it."""
    covered = scope.children_on(today).where(col(Unit.path).startswith(inside))
    for path in without:
        covered = covered.where(sa.not_(col(Unit.path).startswith(path)))
    child = covered.with_only_columns(col(Child.id), col(Child.birth), col(Child.unit_id)).subquery("child")
    tie = holding(Guardianship, today).subquery("tie")
    # A sum is in no index: so SQLite cannot begin with the children.
    of = tie.c.child_id + 0 if by_person else tie.c.child_id
    found: sa.Select[Any] = sa.select(tie.c.id).join(child, child.c.id == of)
    if birthday:
        found = found.where(born_on(child.c.birth, date.fromisoformat(birthday)))
    return tie, found if expression is None else found.where(condition(expression, child, tie, day))


def _without_others(
    session: Session, meant: sa.Select[Any], tie: sa.Subquery, audience: Audience, day: date
) -> sa.Select[Any]:
    """Without those who get it, or have got it, by another notice."""
    if audience.not_had:
        had = sa.select(col(Delivery.person_id)).where(col(Delivery.broadcast_id).in_(audience.not_had))
        meant = meant.where(tie.c.person_id.not_in(had.where(col(Delivery.person_id).is_not(None))))
    for other in audience.not_for:
        left_out = people(session, EVERYWHERE, other, day=day).subquery()
        meant = meant.where(tie.c.person_id.not_in(sa.select(left_out.c.person_id)))
    return meant


def with_accounts(found: sa.Subquery, *more: sa.ColumnElement[Any]) -> sa.Select[Any]:
    """The rows of `found`, which has a person_id, with (openid, reason, …): the account that follows, else the latest
    bound; `reason` is '' or why nothing can be sent: unbound, not_following, no_consent. `more` sees Account."""
    account = aliased(Account)
    best = (
        sa.select(col(account.openid))
        .where(col(account.person_id) == found.c.person_id)
        .order_by(col(account.following).desc(), col(account.bound_at).desc(), col(account.openid))
        .limit(1)
        .scalar_subquery()
    )
    consented = sa.exists().where(col(Consent.person_id) == found.c.person_id, *standing())
    columns = (*found.c, col(Account.openid), _reason(consented), *more)
    return sa.select(*columns).select_from(found.outerjoin(Account, col(Account.openid) == best))


def all_with_accounts(session: Session, found: sa.Subquery) -> sa.Select[Any]:
    """The same for very many people: what `with_accounts` looks up for each, whole tables are joined for."""
    columns = (*found.c, col(Account.openid), _reason(col(Consent.id).is_not(None)))
    query = joined_to_best(session, sa.select(*columns).select_from(found), found.c.person_id)
    return query.outerjoin(Consent, sa.and_(col(Consent.person_id) == found.c.person_id, *standing()))


def _reason(consented: sa.ColumnElement[bool]) -> sa.Label[str]:
    return why_not(col(Account.openid).is_not(None), col(Account.following), consented).label("reason")


def why_not(bound: sa.ColumnElement[bool], following: Any, consented: sa.ColumnElement[bool]) -> sa.Case[str]:
    """Why nothing can be sent to somebody, or ''."""
    return sa.case(
        (sa.not_(bound), UNBOUND),
        (sa.not_(following), NOT_FOLLOWING),
        (sa.not_(consented), NO_CONSENT),
        else_="",
    )

"""Who minds whom: guardianships (监护) and pairings (结对), each with its dates."""

from collections.abc import Sequence
from enum import StrEnum

from sqlmodel import Field, col

from models.base.columns import Ref
from models.base.facts import Fact, begin, end, holding
from models.base.store import Session
from models.base.turns import take_turn
from models.roster.children import Child
from models.roster.people import Person
from models.roster.units import ROSTER


class Guardianship(Fact, table=True):
    """A guardian of a child: the relation as people say it (奶奶, 爸爸), and whether they live with the child."""

    child_id: int = Ref("child.id")
    person_id: int = Ref("person.id")
    relation: str = Field(max_length=12)
    at_home: bool


class PairingRole(StrEnum):
    """Domain.md M4."""

    MENTOR = "帮扶教师"
    TUTOR = "成长导师"
    PEER = "互助伙伴"
    VOLUNTEER = "志愿者"


class Pairing(Fact, table=True):
    """A mentor of a child, with the reason of the last change."""

    child_id: int = Ref("child.id")
    person_id: int = Ref("person.id")
    role: PairingRole = PairingRole.MENTOR
    reason: str = ""


def set_guardian(
    session: Session, child: Child, person: Person, relation: str, *, at_home: bool, by: int | None = None
) -> Guardianship:
    """Makes a person the guardian of a child; the same tie again changes nothing, a changed one supersedes the old."""
    take_turn(session, ROSTER)
    for old in guardians_of(session, child.id):
        if old.person_id == person.id:
            if (old.relation, old.at_home) == (relation, at_home):
                return old
            end(session, old, by=by)
    return begin(
        session, Guardianship, by=by, child_id=child.id, person_id=person.id, relation=relation, at_home=at_home
    )


def pair(
    session: Session,
    child: Child,
    mentor: Person,
    role: PairingRole = PairingRole.MENTOR,
    *,
    reason: str = "",
    by: int | None = None,
) -> Pairing:
    """Pairs a mentor with a child from today on; a running pairing of the two is returned as it is."""
    take_turn(session, ROSTER)
    for old in mentors_of(session, child.id):
        if old.person_id == mentor.id and old.role == role:
            return old
    return begin(session, Pairing, by=by, child_id=child.id, person_id=mentor.id, role=role, reason=reason)


def unpair(session: Session, tie: Pairing, *, reason: str, by: int | None = None) -> None:
    """Ends a pairing today, with its reason."""
    end(session, tie, by=by, reason=reason)


def guardians_of(session: Session, child_id: int) -> Sequence[Guardianship]:
    """The guardians of a child today, those at home first."""
    query = holding(Guardianship, session.today).where(Guardianship.child_id == child_id)
    return session.exec(query.order_by(col(Guardianship.at_home).desc(), col(Guardianship.id))).all()


def wards_of(session: Session, person_id: int) -> Sequence[Guardianship]:
    """The guardianships of a person today."""
    query = holding(Guardianship, session.today).where(Guardianship.person_id == person_id)
    return session.exec(query.order_by(col(Guardianship.id))).all()


def mentors_of(session: Session, child_id: int) -> Sequence[Pairing]:
    """The pairings of a child today."""
    return session.exec(holding(Pairing, session.today).where(Pairing.child_id == child_id)).all()


def mentees_of(session: Session, person_id: int) -> Sequence[Pairing]:
    """The pairings of a mentor today."""
    query = holding(Pairing, session.today).where(Pairing.person_id == person_id)
    return session.exec(query.order_by(col(Pairing.id))).all()

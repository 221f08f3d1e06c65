"""A school's list of codes: everyone who is not bound, once; an older code dies of the new one."""

from sqlmodel import col, select

from models.base.audit import AuditEntry
from models.base.store import Store
from models.roster.invitations import Invitation, invitation_of
from models.roster.inviting import make_invitations
from models.roster.people import Duty, Person, add_person, give_duty
from models.roster.units import Unit
from tests.cast import OPENIDS, Cast
from tests.conftest import FrozenClock
from tests.roster.conftest import unbind_all


def test_everyone_not_bound_under_a_unit_gets_one_code(store: Store, cast: Cast) -> None:
    with store.write() as session:
        unbind_all(session, *(OPENIDS[who] for who in ("grandmother", "lin", "other_mother", "chen")))
        give_duty(session, session.get_one(Person, cast.lin), session.get_one(Unit, cast.school), Duty.LECTURER)
    rows = make_invitations(store, cast.school)
    assert [(row.role, row.name, row.unit) for row in rows] == [
        ("讲师、帮扶教师", "林老师", "柳溪小学"),
        ("监护人", "张桂花", "柳溪小学三年级1班"),
    ]
    assert all(row.scene == row.code and row.code.count("-") == 2 for row in rows)  # no number to a spreadsheet
    with store.read() as session:
        invitation = invitation_of(session, rows[1].code)
        assert invitation is not None and invitation.person_id == cast.grandmother
        [entry] = session.exec(select(AuditEntry).where(AuditEntry.verb == "invite_all")).all()
        assert entry.subject_id == cast.school


def test_roles_can_be_chosen(store: Store, cast: Cast) -> None:
    with store.write() as session:
        unbind_all(session, *OPENIDS.values())
    assert {row.name for row in make_invitations(store, cast.county, guardians=False, duties=[Duty.MENTOR])} == {
        "林老师",
        "陈老师",
    }
    assert {row.role for row in make_invitations(store, cast.county, duties=[])} == {"监护人"}


def test_again_replaces_the_unused_codes(store: Store, cast: Cast) -> None:
    with store.write() as session:
        unbind_all(session, OPENIDS["father"])
    [old] = make_invitations(store, cast.class_)
    [new] = make_invitations(store, cast.class_)
    with store.read() as session:
        assert invitation_of(session, old.code) is None
        assert invitation_of(session, new.code) is not None
        assert len(session.exec(select(Invitation).where(col(Invitation.revoked_at).is_(None))).all()) == 1


def test_only_who_has_no_code_that_opens_gets_a_new_one(store: Store, cast: Cast, clock: FrozenClock) -> None:
    with store.write() as session:
        unbind_all(session, OPENIDS["father"])
    [old] = make_invitations(store, cast.class_)
    with store.write() as session:
        unbind_all(session, OPENIDS["grandmother"])
    [added] = make_invitations(store, cast.class_, new=True)
    assert (old.name, added.name) == ("张大河", "张桂花")
    with store.read() as session:
        assert invitation_of(session, old.code) is not None and invitation_of(session, added.code) is not None
    assert make_invitations(store, cast.class_, new=True) == []
    clock.advance(days=31)
    assert {row.name for row in make_invitations(store, cast.class_, new=True)} == {"张大河", "张桂花"}


def test_many_are_made_in_pieces_with_progress(store: Store, cast: Cast) -> None:
    with store.write() as session:
        for i in range(120):
            person = add_person(session, "讲师某", f"1380001{i:04d}")
            session.flush()
            give_duty(session, person, session.get_one(Unit, cast.county), Duty.LECTURER)
    seen: list[tuple[int, int]] = []
    rows = make_invitations(store, cast.county, on_progress=lambda done, total: seen.append((done, total)))
    assert len({row.code for row in rows}) == 120 and seen == [(50, 120), (100, 120), (120, 120)]

"""Two at once: one code binds one account, one tie is one row, two imports of a file make nobody twice."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sqlmodel import col, func, select

from models.base import audit
from models.base.errors import Refused
from models.base.facts import holding
from models.base.store import Session, Store
from models.roster.accounts import Account, accounts_of, heard
from models.roster.appointing import appoint, dismiss
from models.roster.binding import Bound, NotBound, Waiting, decide, try_binding, unbind, waiting_for
from models.roster.children import Child, Placement, move_child
from models.roster.consent import Consent, give_consent
from models.roster.importing import import_roster
from models.roster.invitations import Invitation, invitation_of, invite
from models.roster.nominations import Nomination, decide_nomination
from models.roster.people import Duty, Person, Staff, duties_of, give_duty
from models.roster.ties import Guardianship, Pairing, mentors_of, pair, set_guardian, unpair
from models.roster.units import Unit, UnitKind, add_unit
from tests.cast import Cast
from tests.races.together import overlapping
from tests.roster.sheets import many, save_csv


def _code(store: Store, person: int, unit: int) -> str:
    with store.write() as session:
        for account in accounts_of(session, person):
            unbind(session, account.openid, by=None)
        return invite(session, session.get_one(Person, person), session.get_one(Unit, unit))


def _bind(session: Session, openid: str, code: str, digits: str) -> Bound | Waiting | NotBound:
    heard(session, openid, spoke=True)
    invitation = invitation_of(session, code)
    return try_binding(session, openid, invitation, digits) if invitation else NotBound("bind.wrong_code")


def test_a_code_binds_one_of_two_accounts(store: Store, cast: Cast) -> None:
    code = _code(store, cast.father, cast.class_)
    one, other = overlapping(
        store, lambda s: _bind(s, "o-first", code, "0007"), lambda s: _bind(s, "o-second", code, "0007")
    )
    assert isinstance(one, Bound) and other == NotBound("bind.wrong_code")
    with store.read() as session:
        assert [account.openid for account in accounts_of(session, cast.father)] == ["o-first"]


def test_wrong_digits_by_two_at_once_are_counted_twice(store: Store, cast: Cast) -> None:
    code = _code(store, cast.father, cast.class_)
    overlapping(store, lambda s: _bind(s, "o-first", code, "1111"), lambda s: _bind(s, "o-second", code, "2222"))
    with store.read() as session:
        found = invitation_of(session, code)
        assert found is not None and found.wrong == 2


def test_of_two_codes_made_at_once_one_works(store: Store, cast: Cast) -> None:
    def make(session: Session) -> str:
        return invite(session, session.get_one(Person, cast.father), session.get_one(Unit, cast.class_))

    overlapping(store, make, make)
    with store.read() as session:
        live = select(func.count()).where(Invitation.person_id == cast.father, col(Invitation.revoked_at).is_(None))
        assert session.exec(live).one() == 1


def test_a_request_is_decided_once(store: Store, cast: Cast) -> None:
    with store.write() as session:
        give_duty(session, session.get_one(Person, cast.wang), session.get_one(Unit, cast.county), Duty.ADMIN)
        give_duty(session, session.get_one(Person, cast.chen), session.get_one(Unit, cast.school), Duty.DUTY_OFFICER)
    code = _code(store, cast.chen, cast.school)
    with store.write() as session:
        assert isinstance(_bind(session, "o-first", code, "0002"), Waiting)

    def say(session: Session, who: int, *, granted: bool) -> str:
        decider = session.get_one(Person, who)
        waiting = waiting_for(session, decider)
        for request in waiting:
            decide(session, request, decider, granted=granted)
        return "said" if waiting else "nothing left to say"

    one, other = overlapping(store, lambda s: say(s, cast.li, granted=True), lambda s: say(s, cast.wang, granted=False))
    assert one == "said" and other in ("approve_binding.decided", "nothing left to say")
    with store.read() as session:
        assert [account.openid for account in accounts_of(session, cast.chen)] == ["o-first"]


def test_a_new_account_that_is_heard_twice_is_one(store: Store) -> None:
    overlapping(store, lambda s: heard(s, "o-new", spoke=True), lambda s: heard(s, "o-new", spoke=False))
    with store.read() as session:
        account = session.get_one(Account, "o-new")
        assert account.spoke_at is not None and account.tapped_at is not None


def test_a_consent_given_twice_at_once_is_one(store: Store, cast: Cast) -> None:
    with store.write() as session:
        session.delete(session.exec(select(Consent).where(Consent.person_id == cast.father)).one())
    overlapping(store, lambda s: give_consent(s, cast.father), lambda s: give_consent(s, cast.father))
    with store.read() as session:
        assert session.exec(select(func.count()).where(Consent.person_id == cast.father)).one() == 1


def test_ties_duties_and_units_made_twice_at_once_are_one(store: Store, cast: Cast) -> None:
    def make(session: Session) -> None:
        child, chen = session.get_one(Child, cast.xiaoman), session.get_one(Person, cast.chen)
        pair(session, child, chen)
        set_guardian(session, child, chen, "姑姑", at_home=False)
        give_duty(session, chen, add_unit(session, None, UnitKind.CITY, "青河市"), Duty.AUDITOR)

    overlapping(store, make, make)
    with store.read() as session:
        for table in (Pairing, Guardianship):
            mine = holding(table, session.today).where(
                col(table.person_id) == cast.chen, col(table.child_id) == cast.xiaoman
            )
            assert len(session.exec(mine).all()) == 1
        assert len(session.exec(select(Unit).where(Unit.name == "青河市")).all()) == 1
        assert len(session.exec(select(Staff).where(Staff.duty == Duty.AUDITOR)).all()) == 1


def test_a_pairing_ended_twice_at_once_ends_once(store: Store, cast: Cast) -> None:
    with store.read() as session:
        [tie] = mentors_of(session, cast.xiaoman)

    def end(session: Session) -> None:
        unpair(session, session.get_one(Pairing, tie.id), reason="调走")

    overlapping(store, end, end)
    with store.read() as session:
        rows = session.exec(select(Pairing).where(Pairing.child_id == cast.xiaoman)).all()
        assert sorted(row.until is None for row in rows) == [False, True]


def test_a_child_moved_by_two_at_once_is_in_one_class(store: Store, cast: Cast) -> None:
    def move(session: Session) -> None:
        move_child(session, session.get_one(Child, cast.xiaoman), session.get_one(Unit, cast.other_class))

    overlapping(store, move, move)
    with store.read() as session:
        placed = holding(Placement, session.today).where(Placement.child_id == cast.xiaoman)
        assert [row.unit_id for row in session.exec(placed)] == [cast.other_class]


def test_two_imports_of_one_file_at_once_make_nobody_twice(store: Store, tmp_path: Path) -> None:
    path = save_csv(tmp_path / "roster.csv", many(120))
    with ThreadPoolExecutor(2) as pool:
        reports = list(pool.map(lambda _: import_roster(store, path), range(2)))
    assert sum(report.children_new for report in reports) == 120
    with store.read() as session:
        assert session.exec(select(func.count()).select_from(Child)).one() == 120
        names = session.exec(select(Unit.parent_id, Unit.kind, Unit.name)).all()
        assert len(names) == len(set(names))
        keys = session.exec(select(Person.name_index, Person.phone_index)).all()
        assert len(keys) == len(set(keys))


def test_the_audit_is_linked_by_one_at_a_time(store: Store, cast: Cast) -> None:
    one, other = overlapping(store, audit.link_pending, audit.link_pending)
    assert one == other and isinstance(one, audit.Head) and one.position > 0
    with store.read() as session:
        assert audit.broken_at(session, one) is None


def test_a_nomination_is_decided_once(store: Store, cast: Cast) -> None:
    """A yes and a no at once: what was said first stands, the other is told so."""
    with store.write() as session:
        wang, zhou = session.get_one(Person, cast.wang), session.get_one(Person, cast.zhou)
        give_duty(session, session.get_one(Person, cast.chen), session.get_one(Unit, cast.county), Duty.ADMIN)
        made = appoint(session, wang, zhou, session.get_one(Unit, cast.school), Duty.APPROVER)
        assert isinstance(made, Nomination)
        number = made.id

    def says(session: Session, who: int, *, granted: bool) -> str:
        try:
            second, asked = session.get_one(Person, who), session.get_one(Nomination, number)
            return "given" if decide_nomination(session, asked, second, granted=granted) else "denied"
        except Refused as refused:
            return refused.key

    said = overlapping(store, lambda s: says(s, cast.li, granted=True), lambda s: says(s, cast.chen, granted=False))
    assert "approve_binding.decided" in said
    with store.read() as session:
        has_it = any(each.duty is Duty.APPROVER for each in duties_of(session, cast.zhou))
    assert has_it is ("given" in said)


def test_two_who_ask_at_once_ask_once(store: Store, cast: Cast) -> None:
    with store.write() as session:
        give_duty(session, session.get_one(Person, cast.chen), session.get_one(Unit, cast.county), Duty.ADMIN)

    def ask(session: Session, who: int) -> str:
        person, zhou = session.get_one(Person, who), session.get_one(Person, cast.zhou)
        try:
            appoint(session, person, zhou, session.get_one(Unit, cast.school), Duty.APPROVER)
        except Refused as refused:
            return refused.key
        return "asked"

    assert sorted(overlapping(store, lambda s: ask(s, cast.wang), lambda s: ask(s, cast.chen))) == [
        "appoint.waits",
        "asked",
    ]


def test_of_two_administrators_who_stop_each_other_one_is_stopped(store: Store, cast: Cast) -> None:
    """A third one is there, so nobody is the last; but whoever is stopped already stops nobody."""
    with store.write() as session:
        school = session.get_one(Unit, cast.school)
        of_wang = next(each.id for each in duties_of(session, cast.wang))
        of_zhou = give_duty(session, session.get_one(Person, cast.zhou), school, Duty.ADMIN).id
        give_duty(session, session.get_one(Person, cast.lin), school, Duty.ADMIN)

    def stop(session: Session, by: int, staff: int) -> str:
        dismiss(session, session.get_one(Person, by), session.get_one(Staff, staff))
        return "stopped"

    one, other = overlapping(store, lambda s: stop(s, cast.wang, of_zhou), lambda s: stop(s, cast.zhou, of_wang))
    assert one == "stopped" and other == "appoint.not_yours"

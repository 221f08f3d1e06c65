"""The anchor outside the database finds a cut tail, also after new acts were linked onto the stump."""

from pathlib import Path

from sqlmodel import col, select

from bot.auditor import Auditor
from models.base import audit
from models.base.seal import Vault
from models.base.store import Store
from tests.cast import Cast


def _acts(store: Store, cast: Cast, count: int) -> None:
    with store.write() as session:
        for _ in range(count):
            audit.record(session, "look", by=cast.lin, subject="child", subject_id=cast.xiaoman)


def test_a_tail_that_was_cut_is_still_found_after_the_next_acts(store: Store, cast: Cast, tmp_path: Path) -> None:
    auditor = Auditor(store, tmp_path / "new" / "anchor.json")  # nothing was kept there before
    _acts(store, cast, 3)
    assert auditor.link() and not auditor.link()
    assert auditor.broken_at() is None
    with store.write() as session:
        last = session.exec(select(audit.AuditEntry).order_by(col(audit.AuditEntry.position).desc())).first()
        session.delete(last)
    _acts(store, cast, 4)
    auditor.link()
    assert auditor.broken_at() is not None


def test_after_the_master_key_was_changed_people_are_found_and_the_chain_holds(vault: Vault) -> None:
    changed = Vault(b"another master key of 32 bytes or more!", (b"a master key for tests, 32 bytes or more",))
    assert changed.open("person", "name", 1, vault.seal("person", "name", 1, "林老师")) == "林老师"
    assert changed.blind("person.name", "林老师") == vault.blind("person.name", "林老师")
    assert changed.sign("page", "7") == vault.sign("page", "7")
    assert changed.seal("person", "name", 1, "林老师")[:4] != vault.seal("person", "name", 1, "林老师")[:4]

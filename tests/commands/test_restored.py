"""restored: a backup is put back, and what went out after it does not go out again."""

import pytest

from bot.auditor import Auditor
from bot.delivery.worker import LEASE
from models.base import audit
from models.messaging.dispatch.leasing import lease_next
from tests.commands.conftest import LI, WANG
from tests.commands.office import Office
from tests.commands.test_broadcast import _asked, _drafted
from tests.freezing import freeze_all


@pytest.mark.parametrize("typed", [False, True])
def test_what_went_out_after_the_copy_goes_out_again_only_where_a_person_says_so(office: Office, typed: bool) -> None:
    waits, sends = _asked(office), _drafted(office, notice="heat")
    office.does("broadcast", "ask", sends, "--by", WANG)
    office.does("broadcast", "approve", sends, "--by", LI, typed="y\n")
    office.does("backup", "--out", "copy.db")
    assert _leased(office) == 1  # it goes out, and then the disk breaks
    _put_back(office)
    if not typed:
        assert _leased(office) == 1  # a worker does not know that it went out
        return
    said = office.does("restored", typed="y\n")
    assert "正在发的通知 1 条" in said and "等人批准的 1 条" in said and "退回给写的人" in said
    assert _leased(office) == 0
    office.refuses("broadcast", "approve", waits, "--by", LI, typed="y\n")
    office.does("broadcast", "ask", waits, "--by", WANG)
    failed = office.does("broadcast", "failed")
    assert "从备份恢复的" in failed
    office.does("broadcast", "resume", sends, "--by", WANG)
    assert _leased(office) == 1


def test_nothing_starts_on_a_copy_before_that_was_typed(office: Office) -> None:
    office.does("backup", "--out", "copy.db")
    _acts(office)
    _put_back(office)
    assert "python -m bot restored" in office.refuses("serve")
    assert "先不要启动" in office.refuses("doctor", "--offline")
    assert office.bot("restored", typed="n\n").status == 1
    assert "python -m bot restored" in office.refuses("serve")
    said = office.does("restored", "--only-anchor", "--yes")
    assert "audit-anchor-before-" in said and "正在发的通知" not in said
    assert "[好] 操作记录" in office.does("doctor", "--offline")
    assert len(list((office.folder / "data").glob("audit-anchor-before-*.json"))) == 1


def _acts(office: Office) -> None:
    """Somebody looks at a child, and the act is in the anchor."""
    store = office.store()
    with store.write() as session:
        audit.record(session, "look", by=None, subject="child", subject_id=1)
    Auditor(store, office.folder / "data/audit-anchor.json").link()
    store.close()


def _put_back(office: Office) -> None:
    for broken in (office.folder / "data").glob("shouwang.db*"):
        broken.unlink()
    (office.folder / "copy.db").rename(office.folder / "data/shouwang.db")


def _leased(office: Office) -> int:
    """How many batches of broadcasts a worker may take now."""
    store = office.store()
    freeze_all(store)
    with store.write() as session:
        leases = list(iter(lambda: lease_next(session, session.now, LEASE), None))
    store.close()
    return len([lease for lease in leases if lease.broadcast is not None])

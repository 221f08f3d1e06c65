"""init, migrate, doctor: from an empty folder to a bot that may start, and what a tired operator is told at night."""

import re
import sqlite3
import stat
from contextlib import closing
from datetime import timedelta

import pytest
from sqlmodel import col, select

from models.base.audit import AuditEntry, link_pending
from models.care.alerts import Alert
from models.messaging.outbox import Batch, BatchState
from models.messaging.words import post_words
from models.roster.accounts import Account
from models.roster.children import Child
from models.roster.people import Person
from tests.commands.conftest import CHEN, LI
from tests.commands.office import ROOT, Office
from tests.ports import free_port


def _lines(said: str, mark: str) -> list[str]:
    return [line for line in said.splitlines() if line.startswith(f"[{mark}]")]


def test_init_makes_fresh_keys_for_its_owner_alone(bare: Office) -> None:
    said = bare.does("init")
    assert "config.toml" in said and "migrate" in said
    first = bare.config.read_text()
    assert stat.S_IMODE(bare.config.stat().st_mode) == 0o600
    bare.does("init", "--config", "other.toml")
    second = (bare.folder / "other.toml").read_text()
    fresh = [line for line in first.splitlines() if line not in second.splitlines()]
    assert [line.split(" = ")[0] for line in fresh] == ["token", "encoding_aes_key", "master_key"]


def test_init_never_overwrites(bare: Office) -> None:
    bare.config.write_text("mine")
    assert "config.toml 已经有了，没有动它" in bare.refuses("init")
    assert bare.config.read_text() == "mine"


def test_a_fresh_init_is_not_enough_to_start(bare: Office) -> None:
    bare.does("init")
    said = bare.refuses("migrate")
    assert "wechat.app_id、wechat.app_secret" in said and "占位" in said
    assert not (bare.folder / "data").exists()


def test_an_unknown_setting_is_named(bare: Office) -> None:
    bare.does("init")
    bare.fill_in()
    bare.change("port = 8080", "prot = 8080")
    assert "server.prot：没有这个设置" in bare.refuses("migrate")


def test_without_settings_it_says_how_to_make_them(bare: Office) -> None:
    assert "python -m bot init" in bare.refuses("serve")


def test_the_books_must_be_migrated_and_migrating_twice_changes_nothing(bare: Office) -> None:
    bare.does("init")
    bare.fill_in()
    assert "python -m bot migrate" in bare.refuses("invites", "--unit", "青禾县", "--out", "codes.csv")
    assert "更新好了" in bare.does("migrate")
    before = (bare.folder / "data/shouwang.db").read_bytes()
    assert "已经是最新的" in bare.does("migrate")
    assert (bare.folder / "data/shouwang.db").read_bytes() == before


def test_the_demos_books_are_refused_by_every_other_command(office: Office) -> None:
    with closing(sqlite3.connect(office.folder / "data/shouwang.db")) as books, books:
        books.execute("INSERT INTO mark (name, value) VALUES ('demo', '')")
    for args in (["serve"], ["import", "roster", "roster.csv"], ["broadcast", "list"], ["schedule", "list"], ["work"]):
        assert "演示用的数据库" in office.refuses(*args)


def test_help_names_every_command(bare: Office) -> None:
    said = bare.does("--help")
    for name in ("init", "demo", "serve", "schedule", "work", "migrate", "doctor", "import", "invites", "export"):
        assert f"\n  {name} " in said


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("nonsense", "没有这个命令。有：backup、broadcast、"),
        ("broadcast nonsense", "没有这个命令。有：approve、ask、"),
        ("--nonsense", "没有 --nonsense 这一项"),
        ("import roster", "少写了 PATH\n怎么写：python -m bot import roster --help"),
        ("import roster x.csv --dry", "没有 --dry 这一项。是不是：--dry-run"),
        ("invites", "少写了 --unit\n"),
        ("invites --unit", "--unit 后面要写内容"),
        ("demo --port 99999", "--port 写得不对：要 0 到 65535 的整数"),
        ("simulate --config nowhere.json", "--config 写得不对：没有这个文件，或不让读写"),
        ("doctor more", "多写了内容\n"),
    ],
)
def test_a_slip_of_the_pen_is_said_in_our_words(bare: Office, typed: str, says: str) -> None:
    said = bare.refuses(*typed.split())
    assert said.startswith(f"没做成：{says}") and "Usage" not in said


def test_doctor_names_a_county_that_has_no_calendar(office: Office) -> None:
    demo = (ROOT / "content/demo/roster.csv").read_text(encoding="utf-8")
    (office.folder / "other.csv").write_text(re.sub("^青禾县", "乙县", demo, flags=re.M), encoding="utf-8")
    office.does("import", "roster", "other.csv")
    said = office.does("doctor", "--offline")
    assert re.search(r"\[看\] 校历：乙县：没有\d{4}学年的校历，考试和假期的提醒不会发", said), said


def test_doctor_finds_a_sound_office_sound(office: Office) -> None:
    office.change("port = 8080", f"port = {free_port()}")  # whatever else may serve on this machine
    office.does("schedule", "approve", "all", "--unit", "青禾县", "--by", LI, "--until", _in_days(office, 300))
    said = office.does("doctor", "--offline")
    assert not _lines(said, "坏")
    for name in ("设置", "数据库", "主密钥", "操作记录", "名册", "待发", "预警", "课程和通知的内容", "定时通知"):
        assert f"[好] {name}\n" in said, said
    # Nothing runs here, and doctor says how to start it.
    assert "[看] 服务：" in said and "[看] 定时：" in said and "python -m bot serve" in said


def test_doctor_says_for_which_schools_nobody_is_there(office: Office) -> None:
    """王启明 and 李文静 are there for the whole county; then only 李文静, and an administrator of one school."""
    assert "[看] 职务：还没有人绑定成值班员" in office.does("doctor", "--offline")
    store = office.store()
    with store.write() as session:
        chen = session.exec(select(Person).where(Person.phone_index == session.vault.blind("person.phone", CHEN))).one()
        session.add(Account(openid="o-chen", person_id=chen.id, first_seen_at=session.now, bound_at=session.now))
        session.get_one(Account, "o-wang").following = False  # no message reaches him
    store.close()
    said = office.does("doctor", "--offline")
    assert "[看] 职务：1 所学校没有绑定的管理员，上级也没有：柳溪小学。" in said and "审批人，上级" not in said


def test_doctor_before_anything_is_there_says_the_next_step(bare: Office) -> None:
    assert "[坏] 设置：找不到设置文件 config.toml。先运行：python -m bot init" in bare.refuses("doctor", "--offline")
    bare.does("init")
    assert "[坏] 设置：wechat.app_id" in bare.refuses("doctor", "--offline")
    bare.fill_in()
    said = bare.refuses("doctor", "--offline")
    assert f"[坏] 数据库：数据库是空的：{bare.folder}/data/shouwang.db。第一次用，先运行：python -m bot migrate" in said
    assert "请到原来的文件夹里运行" in said  # another folder is another database
    bare.does("migrate")
    said = bare.does("doctor", "--offline")
    assert "[看] 名册：还没有孩子" in said and "--first-admin" in said


def test_doctor_knows_another_master_key_and_asks_for_the_old_one(office: Office) -> None:
    office.change(office.master_key(), "y" * 48)
    said = office.refuses("doctor", "--offline")
    assert "[坏] 主密钥：打不开库里的资料" in said and "操作记录" not in said
    # Under another key nobody would be found again, and an import would make everybody twice.
    assert "请把原来的主密钥写回" in office.refuses("import", "roster", "roster.csv")


def test_nothing_is_imported_under_another_master_key(office: Office) -> None:
    office.change(office.master_key(), "y" * 48)
    assert "打不开库里的资料" in office.refuses("import", "roster", "roster.csv")


def test_doctor_knows_a_file_that_is_no_database(office: Office) -> None:
    for name in ("shouwang.db-wal", "shouwang.db-shm"):
        (office.folder / "data" / name).unlink(missing_ok=True)
    (office.folder / "data/shouwang.db").write_bytes(b"not a database at all" * 999)
    assert "[坏] 数据库：database.url：打不开" in office.refuses("doctor", "--offline")
    assert "database.url：打不开" in office.refuses("broadcast", "list")


def test_doctor_warns_of_keys_that_others_may_read(office: Office) -> None:
    office.config.chmod(0o644)
    assert "chmod 600 config.toml" in office.does("doctor", "--offline")


def test_doctor_knows_a_folder_it_cannot_write(office: Office) -> None:
    office.change('folder = "data"', 'folder = "closed"')
    (office.folder / "closed").write_text("a file stands in the way")
    assert "[坏] 存放文件夹：" in office.refuses("doctor", "--offline")


def test_doctor_says_where_the_audit_was_touched(office: Office) -> None:
    store = office.store()
    with store.write() as session:
        link_pending(session)
    with store.write() as session:
        first = session.exec(select(AuditEntry).where(AuditEntry.position == 1)).one()
        first.verb = "something_else"
    store.close()
    assert "[坏] 操作记录：第 1 条被改过" in office.refuses("doctor", "--offline")


def test_doctor_sees_danger_that_waits_and_messages_that_do_not_go(office: Office) -> None:
    store = office.store()
    with store.write() as session:
        long_ago = session.now - timedelta(hours=1)
        session.add(Alert(cause=1, openid="o-nainai", raised_at=long_ago))
        post_words(session, "o-nainai", "晚到的回答", cause=7)
        post_words(session, "o-li", "卡住的回答", cause=8)
        late, stopped = session.exec(select(Batch).order_by(col(Batch.id))).all()
        late.not_before = long_ago
        stopped.state, stopped.trouble = BatchState.STOPPED, "模板编号不对（40037）"
    store.close()
    said = office.refuses("doctor", "--offline")
    assert "[坏] 预警：1 条危急消息 10 分钟还没人处理" in said
    assert "[看] 待发：1 批超过 10 分钟没发" in said
    assert "[坏] 待发：1 批停在那里：模板编号不对（40037）" in said


def test_doctor_asks_for_an_approval_that_is_missing_or_ends(office: Office) -> None:
    assert "[看] 定时通知：青禾县没有人批准自动通知" in office.does("doctor", "--offline")
    soon = _in_days(office, 5)
    office.does("schedule", "approve", "all", "--unit", "青禾县", "--by", LI, "--until", soon)
    assert f"[看] 定时通知：青禾县的批准到{soon}就完了" in office.does("doctor", "--offline")


def test_a_fresh_roster_may_be_without_children_only(bare: Office) -> None:
    bare.does("init")
    bare.fill_in()
    bare.does("migrate")
    bare.does("invites", "--unit", "青禾县", "--first-admin", "王启明", "13800000301", "--out", "admin.csv")
    assert "名册：还没有孩子" in bare.does("doctor", "--offline")
    with bare.store().read() as session:
        assert session.exec(select(Child)).first() is None


def _in_days(office: Office, days: int) -> str:
    with office.store().read() as session:
        return (session.today + timedelta(days=days)).isoformat()

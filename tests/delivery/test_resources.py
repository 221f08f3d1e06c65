"""Holiday resources: a guardian is shown what the children's own schools and township have, nobody else's."""

from pathlib import Path

import pytest
from sqlmodel import select

from bot.pages.sheet import sheet_of
from models.base.errors import Misconfigured
from models.base.store import Store
from models.base.texts import CONTENT
from models.messaging.approval import from_rule
from models.messaging.audiences import Audience
from models.messaging.freezing.freezer import Freezer
from models.messaging.outbox import Delivery
from models.messaging.wording import resources
from models.messaging.wording.notices import notices
from models.messaging.wording.resources import read_resources, resources_faults, resources_for
from models.roster.people import Person
from tests.cast import Cast
from tests.chats import Chats


@pytest.fixture
def says(store: Store, cast: Cast) -> Chats:
    return Chats(store)


def test_what_ships_is_sound() -> None:
    assert list(resources_faults()) == []


def test_the_grandmother_hears_of_the_village_library_and_not_of_another_schools(says: Chats) -> None:
    said = says("grandmother", "资源")
    assert "【农家书屋】\n柳溪村农家书屋（柳溪镇）" in said and "名师在线" in said
    assert "竹山村" not in said and "县青少年宫" not in said
    assert len(said.encode()) <= 2047
    assert "竹山村农家书屋" in says("other_mother", "资源")


def test_a_teacher_without_children_of_his_own_is_not_offered_it(says: Chats) -> None:
    assert "书屋" not in says("lin", "资源")


def test_where_nothing_is_registered_it_says_whom_to_ask(says: Chats, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "resources", dict)
    assert says("grandmother", "资源") == "还没有登记。请问班主任。"


def test_the_page_of_the_vacation_notice_shows_them_to_its_reader_alone(store: Store, agreed: Cast) -> None:
    with store.write() as session:
        li = session.get_one(Person, agreed.li)
        from_rule(session, notices()["summer-first"], Audience(agreed.county), occurrence="summer", approved_by=li)
        from_rule(session, notices()["heat"], Audience(agreed.county), occurrence="heat", approved_by=li)
    freezer = Freezer(store)
    while freezer.step():
        pass
    with store.read() as session:
        rows = select(Delivery).where(Delivery.person_id == agreed.grandmother).order_by(Delivery.broadcast_id)  # type: ignore[arg-type]
        summer, heat = session.exec(rows).all()
        mine, anybodys, other = (
            sheet_of(session, summer, mine=True),
            sheet_of(session, summer, mine=False),
            sheet_of(session, heat, mine=True),
        )
    assert mine is not None and anybodys is not None and other is not None
    assert [part.heading for part in mine.parts][-4:] == ["名师在线", "公益微课堂", "农家书屋", "少年宫"]
    assert not {part.heading for part in (*anybodys.parts, *other.parts)} & {"农家书屋", "少年宫"}


def test_a_guardian_whose_children_left_is_shown_nothing(store: Store, cast: Cast) -> None:
    with store.read() as session:
        assert resources_for(session, session.get_one(Person, cast.lin)) == []
        found = resources_for(session, session.get_one(Person, cast.grandmother))
        assert [one.kind for one in found] == ["名师在线", "公益微课堂", "农家书屋", "少年宫"]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('unit = "青禾县"', "", "要有 unit 和"),
        ('kind = "名师在线"', 'kind = "名师"', "第1个.* kind 要写 名师在线、"),
        ('when = "假期 周二', 'wann = "假期 周二', "第1个.* 不认识 wann；可以写 kind、name"),
        ('how = "请班主任报名，用您的手机听。"', "", "第1个.* 缺少 how"),
        ("unit =", "unit", "Expected '='"),
    ],
)
def test_a_file_that_is_wrong_is_named_with_its_entry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, fault: str
) -> None:
    text = (CONTENT / "resources" / "qinghe.toml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "resources").mkdir()
    path = tmp_path / "resources" / "qinghe.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(Misconfigured, match=f"qinghe.toml.*：.*{fault}"):
        read_resources(path)
    monkeypatch.setattr(resources, "CONTENT", tmp_path)
    assert len(list(resources_faults())) == 1


def test_a_line_that_is_too_long_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (CONTENT / "resources" / "qinghe.toml").read_text(encoding="utf-8")
    (tmp_path / "resources").mkdir()
    (tmp_path / "resources" / "x.toml").write_text(text.replace("柳溪村农家书屋", "书" * 25), encoding="utf-8")
    monkeypatch.setattr(resources, "CONTENT", tmp_path)
    assert list(resources_faults()) == ["x.toml：“" + "书" * 25 + "”的 name 有 25 字，最多 24"]

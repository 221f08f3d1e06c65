"""staff: an installation gets its people, from the first administrator to an approver who lets a notice go."""

import csv

import pytest
from sqlmodel import select

from models.base.store import Store
from models.roster.binding import Bound, Waiting, decide, try_binding
from models.roster.consent import give_consent
from models.roster.invitations import Invitation, invitation_of
from models.roster.people import Person
from tests.commands.conftest import CHEN, GRANDMOTHER, LI, WANG
from tests.commands.office import Office
from tests.roster.sheets import XIAOMAN, save_csv

COUNTY = ("--unit", "青禾县")
SUN, ZHENG = "13800000303", "13800000399"


def binds(store: Store, openid: str, code: str, digits: str, second: str = "") -> str:
    """Types a code and the digits into an account; `second`, by name, says yes where one is asked."""
    with store.write() as session:
        invitation = invitation_of(session, code)
        assert invitation is not None
        done = try_binding(session, openid, invitation, digits)
        if isinstance(done, Waiting):
            decider = next(each for each in done.deciders if each.name == second)
            done = decide(session, done.request, decider, granted=True) or done
        assert isinstance(done, Bound), done
        give_consent(session, done.person.id)
        return done.person.name


def code_in(office: Office, name: str) -> str:
    with (office.folder / name).open(encoding="utf-8-sig") as file:
        return next(csv.DictReader(file))["邀请码"]


def test_from_nothing_to_an_approver_who_lets_a_notice_go(bare: Office) -> None:
    """Nothing here is put into the books by hand: a bureau has the commands and the chat, and no more."""
    bare.does("init")
    bare.fill_in()
    bare.does("migrate")
    save_csv(bare.folder / "roster.csv", [XIAOMAN])
    bare.does("import", "roster", "roster.csv")
    assert "--first-approver" in bare.bot("doctor", "--offline").out
    bare.does("invites", *COUNTY, "--first-admin", "王启明", WANG, "--out", "admin.csv")
    store = bare.store()
    assert binds(store, "o-wang", code_in(bare, "admin.csv"), WANG[-4:]) == "王启明"
    said = bare.refuses("staff", "give", "审批人", *COUNTY, "--name", "李文静", "--phone", LI, "--by", WANG)
    assert "请管电脑的同事先定一位审批人" in said
    bare.does("invites", *COUNTY, "--first-approver", "李文静", LI, "--out", "approver.csv")
    assert binds(store, "o-li", code_in(bare, "approver.csv"), LI[-4:], second="王启明") == "李文静"
    assert "已经有绑定了的审批人" in bare.refuses(
        "invites", *COUNTY, "--first-approver", "郑新人", ZHENG, "--out", "two.csv"
    )
    # Everybody after these two comes by two people's word.
    said = bare.does("staff", "give", "duty_officer", *COUNTY, "--name", "孙值班", "--phone", SUN, "--by", WANG)
    assert "已请李文静同意" in said
    number = said.split("staff agree ")[1].split()[0]
    assert f"编号 {number}" in bare.does("staff", "list", *COUNTY, "--by", WANG)
    assert "不归您批准" in bare.refuses("staff", "agree", number, "--by", WANG)
    agreed = bare.does("staff", "agree", number, "--by", LI)
    assert "好了，孙值班是青禾县的值班员了。" in agreed and "还没绑定微信。" in agreed
    assert "没有编号是" in bare.refuses("staff", "agree", number, "--by", LI)
    bare.does("invites", *COUNTY, "--out", "codes.csv")
    listed = bare.does("staff", "list", *COUNTY, "--by", WANG)
    assert "孙值班" in listed and "还没绑定" in listed
    said = bare.does("broadcast", "new", "--by", WANG, "--notice", "drowning")
    number = said.split("broadcast ask ")[1].split()[0].rstrip("。")
    assert "已请李文静审批" in bare.does("broadcast", "ask", number, "--by", WANG)
    assert "开始发了" in bare.does("broadcast", "approve", number, "--by", LI, typed="y\n")
    assert "批准了" in bare.does("schedule", "approve", "all", *COUNTY, "--by", LI, "--until", "2027-08-31")
    store.close()


def test_a_light_duty_needs_one_word_and_an_end_none_but_his(office: Office) -> None:
    person = ("--name", "郑新人", "--phone", ZHENG)
    given = office.does("staff", "give", "讲师", "--unit", "竹山小学", *person, "--by", CHEN)
    assert "好了，郑新人从今天起是竹山小学的讲师。" in given and "请管电脑的同事发邀请码" in given
    assert "已经是这里的讲师" in office.refuses("staff", "give", "讲师", "--unit", "竹山小学", *person, "--by", CHEN)
    ended = ("staff", "end", "讲师", "--unit", "竹山小学", "--name", "郑新人", "--by", CHEN)
    assert "郑新人不再是竹山小学的讲师" in office.does(*ended)
    assert "现在有：还没有人" in office.refuses(*ended)


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("讲师", "--unit", "柳溪小学", "--name", "郑新人", "--phone", ZHENG), "柳溪小学不归您管"),
        (("校长", "--unit", "竹山小学", "--name", "郑新人", "--phone", ZHENG), "没有职务“校长”。有：admin（管理员）"),
        (("班主任", "--unit", "竹山小学", "--name", "郑新人", "--phone", ZHENG), "竹山小学没有班主任这个职务"),
        (("讲师", "--unit", "竹山小学", "--name", "郑新人", "--phone", "123"), "要写11位手机号"),
        (("讲师", "--unit", "竹山小学", "--name", "郑新人", "--phone", LI), "这个手机号登记的是别的单位的人"),
    ],
)
def test_what_cannot_be_given_is_said(office: Office, args: tuple[str, ...], says: str) -> None:
    assert says in office.refuses("staff", "give", *args, "--by", CHEN)
    store = office.store()
    with store.read() as session:
        assert all(person.name != "郑新人" for person in session.exec(select(Person)))
    store.close()


def test_the_second_person_reads_since_when_the_account_is_bound(office: Office) -> None:
    person = ("--name", "张桂花", "--phone", GRANDMOTHER)
    said = office.does("staff", "give", "值班员", *COUNTY, *person, "--by", WANG)
    number = said.split("staff agree ")[1].split()[0]
    assert "绑定的，请问是不是本人绑的" in office.does("staff", "list", *COUNTY, "--by", WANG)
    assert "绑定的，请问是不是本人绑的" in office.does("staff", "agree", number, "--by", LI)


def test_a_list_of_codes_knows_who_hands_it_out(office: Office) -> None:
    office.does("invites", "--unit", "竹山小学", "--out", "codes.csv", "--by", WANG)
    store = office.store()
    with store.read() as session:
        makers = {session.get_one(Person, each).name for each in session.exec(select(Invitation.made_by)) if each}
    store.close()
    assert makers == {"王启明"}


def test_the_list_is_for_who_administers_there(office: Office) -> None:
    assert "不在这位老师的范围里" in office.refuses("staff", "list", "--unit", "柳溪小学", "--by", CHEN)
    assert "陈校长" in office.does("staff", "list", "--unit", "竹山小学", "--by", CHEN)

"""An office that has been set up: settings, books, a roster, an administrator, a writer and an approver."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import select

from models.roster.accounts import Account
from models.roster.consent import give_consent
from models.roster.people import Duty, add_person, find_person, give_duty
from models.roster.units import Unit
from tests.commands.office import Office, Zygote
from tests.roster.sheets import XIAOMAN, row, save_csv

WANG, LI, CHEN = "13800000301", "13800000302", "13800000303"
"""王主任 administers and writes, 李局长 approves in the county; 陈校长 administers 竹山小学 alone."""
GRANDMOTHER, FATHER = "13800000006", "13800000007"


@pytest.fixture(scope="session")
def zygote(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Zygote]:
    zygote = Zygote(tmp_path_factory.mktemp("zygote"))
    yield zygote
    zygote.close()


@pytest.fixture
def bare(tmp_path: Path, zygote: Zygote) -> Office:
    """An empty folder."""
    return Office(tmp_path, zygote)


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory, zygote: Zygote) -> Path:
    """The folder that every test starts from: made once, by the commands themselves where there is one."""
    office = Office(tmp_path_factory.mktemp("office"), zygote)
    office.does("init")
    office.fill_in()
    office.does("migrate")
    fill_books(office)
    return office.folder


def fill_books(office: Office) -> None:
    """Two schools by a roster; 王主任, 李局长 and 奶奶 are bound."""
    other = {"学校": "竹山小学", "学生姓名": "何田田", "出生日期": "2019-07-07", "监护人1姓名": "何婆婆"}
    phones = {"监护人1手机": "13800000111", "监护人2姓名": "", "监护人2关系": "", "监护人2手机": "", "监护人2在家": ""}
    save_csv(office.folder / "roster.csv", [XIAOMAN, row(**other, **phones)])
    office.does("import", "roster", "roster.csv")
    store = office.store()
    with store.write() as session:
        units = {unit.name: unit for unit in session.exec(select(Unit))}
        for name, phone, unit, duty in (
            ("王启明", WANG, "青禾县", Duty.ADMIN),
            ("李文静", LI, "青禾县", Duty.APPROVER),
            ("陈校长", CHEN, "竹山小学", Duty.ADMIN),
        ):
            person = add_person(session, name, phone)
            session.flush()
            give_duty(session, person, units[unit], duty)
        for openid, name, phone in (
            ("o-wang", "王启明", WANG),
            ("o-li", "李文静", LI),
            ("o-nainai", "张桂花", GRANDMOTHER),
        ):
            bound = find_person(session, name, phone)
            assert bound is not None
            session.add(Account(openid=openid, person_id=bound.id, first_seen_at=session.now, bound_at=session.now))
            session.flush()
            give_consent(session, bound.id)
    store.close()


@pytest.fixture
def office(model: Path, tmp_path: Path, zygote: Zygote) -> Office:
    """A copy of the model."""
    shutil.copytree(model, tmp_path, dirs_exist_ok=True)
    return Office(tmp_path, zygote)

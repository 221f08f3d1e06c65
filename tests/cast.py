"""The cast: 林老师 mentors 小满 and 小川; 奶奶 minds both at home; 爸爸 works away; 王主任 runs the school's side,
李局长 approves; 陈老师 is at another school with 小雨; 陌生人 has an account and nothing else."""

from dataclasses import dataclass
from datetime import date

from models.base.store import Session
from models.roster.accounts import Account
from models.roster.children import Category, Child, Sex, add_child, set_categories
from models.roster.consent import give_consent
from models.roster.people import Duty, Person, add_person, give_duty
from models.roster.ties import pair, set_guardian
from models.roster.units import Unit, UnitKind, add_unit


@dataclass(frozen=True)
class Cast:
    """Ids only: every test reads the rows in its own transaction."""

    county: int
    school: int
    class_: int
    other_class: int
    lin: int
    chen: int
    zhou: int
    wang: int
    li: int
    grandmother: int
    father: int
    other_mother: int
    xiaoman: int
    xiaochuan: int
    xiaoyu: int


OPENIDS = {
    "lin": "o-lin",
    "chen": "o-chen",
    "zhou": "o-zhou",
    "wang": "o-wang",
    "li": "o-li",
    "grandmother": "o-grandmother",
    "father": "o-father",
    "other_mother": "o-other-mother",
}
STRANGER = "o-stranger"


def _school(session: Session, county: Unit, name: str) -> tuple[Unit, Unit]:
    school = add_unit(session, county, UnitKind.SCHOOL, name)
    grade = add_unit(session, school, UnitKind.GRADE, "三年级")
    return school, add_unit(session, grade, UnitKind.CLASS, "1班")


def _person(session: Session, who: str, name: str, phone: str) -> Person:
    person = add_person(session, name, phone)
    session.flush()
    account = Account(openid=OPENIDS[who], person_id=person.id, first_seen_at=session.now, bound_at=session.now)
    account.spoke_at = session.now
    session.add(account)
    session.flush()
    give_consent(session, person.id)
    return person


def _child(session: Session, class_: Unit, name: str, sex: Sex, birth: date) -> Child:
    child = add_child(session, class_, name, sex, birth)
    set_categories(session, child, [Category.LEFT_BEHIND])
    return child


def settle_in(session: Session) -> Cast:
    """Puts the cast into an empty store."""
    county = add_unit(session, None, UnitKind.COUNTY, "青禾县")
    school, class_ = _school(session, county, "柳溪小学")
    _, other_class = _school(session, county, "竹山小学")
    lin = _person(session, "lin", "林老师", "13800000001")
    chen = _person(session, "chen", "陈老师", "13800000002")
    zhou = _person(session, "zhou", "周老师", "13800000003")
    wang = _person(session, "wang", "王主任", "13800000004")
    li = _person(session, "li", "李局长", "13800000005")
    grandmother = _person(session, "grandmother", "张桂花", "13800000006")
    father = _person(session, "father", "张大河", "13800000007")
    other_mother = _person(session, "other_mother", "刘春", "13800000008")
    xiaoman = _child(session, class_, "张小满", Sex.GIRL, date(2018, 3, 1))
    xiaochuan = _child(session, class_, "张小川", Sex.BOY, date(2014, 9, 12))
    xiaoyu = _child(session, other_class, "刘小雨", Sex.GIRL, date(2017, 5, 20))
    for child in (xiaoman, xiaochuan):
        pair(session, child, lin)
        set_guardian(session, child, grandmother, "奶奶", at_home=True)
        set_guardian(session, child, father, "爸爸", at_home=False)
    pair(session, xiaoyu, chen)
    set_guardian(session, xiaoyu, other_mother, "妈妈", at_home=True)
    give_duty(session, lin, class_, Duty.MENTOR)
    give_duty(session, chen, other_class, Duty.MENTOR)
    give_duty(session, zhou, class_, Duty.CLASS_TEACHER)
    give_duty(session, wang, school, Duty.ADMIN)
    give_duty(session, li, county, Duty.APPROVER)
    return Cast(
        *(county.id, school.id, class_.id, other_class.id),
        *(lin.id, chen.id, zhou.id, wang.id, li.id, grandmother.id, father.id, other_mother.id),
        *(xiaoman.id, xiaochuan.id, xiaoyu.id),
    )

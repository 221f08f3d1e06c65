"""What people call a grade, and what a calendar understands of it."""

import pytest

from models.base.errors import Refused
from models.calendar.grades import GRADES, both_of, either_of, names_of_others, read_grades

JUNIOR = ("七年级", "八年级", "九年级")


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("七年级、八年级", ("七年级", "八年级")),
        ("八年级 七年级", ("七年级", "八年级")),
        ("七、八年级", ("七年级", "八年级")),
        ("七八九年级", JUNIOR),
        ("７，８年级", ("七年级", "八年级")),
        ("初一初二", ("七年级", "八年级")),
        ("初一、二和初三", JUNIOR),
        ("初中三年级", ("九年级",)),
        ("高三年级", ("高三",)),
        ("12年级", ("高三",)),
        ("高一、高二", ("高一", "高二")),
        ("初中", JUNIOR),
        ("小学 初三", (*list(GRADES)[:6], "九年级")),
        ("三年级、三年级", ("三年级",)),
        ("全部", ()),
    ],
)
def test_grades_are_read_as_people_say_them(said: str, meant: tuple[str, ...]) -> None:
    assert read_grades(said) == meant


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ("十三年级", "十三年级"),
        ("十四年级", "十四年级"),
        ("七、十年级", "十年级"),
        ("一百年级", "一百年级"),
        ("2024级", "2024级"),
        ("七年级、大班", "大班"),
        ("0年级", "0年级"),
    ],
)
def test_what_is_no_grade_is_named(said: str, wrong: str) -> None:
    with pytest.raises(Refused) as refused:
        read_grades(said)
    assert refused.value.key == "calendar.grade" and refused.value.params["said"] == wrong


def test_every_name_of_every_grade_is_read() -> None:
    for grade, names in GRADES.items():
        for name in names:
            assert read_grades(name) == (grade,)


def test_grades_of_two_exams_on_one_day() -> None:
    assert either_of(("七年级",), ("九年级",)) == ("七年级", "九年级")
    assert either_of(("七年级",), ()) == ()
    assert both_of(("七年级", "九年级"), ("九年级",)) == ("九年级",)
    assert both_of((), ("九年级",)) == ("九年级",) and both_of(("七年级",), ("九年级",)) is None


def test_the_names_of_others_are_those_of_no_grade_that_is_meant() -> None:
    others = names_of_others(("九年级",))
    assert "初二" in others and "8年级" in others and not {"九年级", "初三", "9年级"} & set(others)

"""duties: an administrator sets a kind from the command line, sees the rates, and stops it."""

from tests.commands.conftest import CHEN, LI, WANG
from tests.commands.office import Office

COUNTY = ("--unit", "青禾县", "--by", WANG)


def test_set_seen_and_stopped(office: Office) -> None:
    assert "布置了：青禾县从今天起做《假期前安全大讲堂》" in office.does("duties", "set", "vacation-lecture", *COUNTY)
    assert "还没有到期的任务" in office.does("duties", "rates", *COUNTY)
    assert "还没有到期的任务" in office.does("duties", "rates", *COUNTY, "--kind", "vacation-lecture")
    assert "停下了：青禾县不再布置" in office.does("duties", "stop", "vacation-lecture", *COUNTY)
    assert "青禾县没有布置 vacation-lecture" in office.refuses("duties", "stop", "vacation-lecture", *COUNTY)


def test_what_is_unknown_or_somebody_elses_is_refused(office: Office) -> None:
    assert "没有任务 homework。有：census、" in office.refuses("duties", "set", "homework", *COUNTY)
    assert "没有任务 homework" in office.refuses("duties", "rates", *COUNTY, "--kind", "homework")
    for by in (CHEN, LI):
        assert "青禾县不归您布置" in office.refuses("duties", "set", "census", "--unit", "青禾县", "--by", by)

"""doctor asks the platform: does it know us, are the templates there, what is left of the day."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands.office import Office
from tests.simulator.running import APP_ID, SECRET, Simulator

FIELDS = [{"key": "thing1", "label": "内容"}, {"key": "thing2", "label": "说明"}]
TEMPLATES = {f"T_{kind}": {"title": kind, "fields": FIELDS} for kind in ("notice", "lesson", "task")}


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    simulator = Simulator(tmp_path_factory.mktemp("platform"), templates=TEMPLATES)
    yield simulator
    simulator.stop()


@pytest.fixture
def platform(process: Simulator, office: Office) -> Simulator:
    process.tell("/sim/reset")
    process.tell("/sim/config", quotas={"template_day": 100_000})
    process.forget_token()
    process.raw("DELETE", "/sim/faults")
    office.change('app_id = "wx1"', f'app_id = "{APP_ID}"')
    office.change('app_secret = "s3cret"', f'app_secret = "{SECRET}"')
    office.change("https://api.weixin.qq.com", process.url)
    office.change("https://qinghe.example.cn", "http://127.0.0.1:8080")
    return process


def test_a_platform_that_knows_us_is_well(office: Office, platform: Simulator) -> None:
    said = office.does("doctor")
    for name in ("微信接口", "消息模板", "模板消息额度"):
        assert f"[好] {name}\n" in said, said


def test_the_menu_is_put_below_the_chat(office: Office, platform: Simulator) -> None:
    assert "[看] 菜单：" in office.does("doctor")
    assert "家里、老师、找人" in office.does("menu")
    assert platform.call("/cgi-bin/menu/get")["menu"]["button"][1]["sub_button"][0]["key"] == "家访"
    assert "[好] 菜单\n" in office.does("doctor")
    platform.call("/cgi-bin/menu/delete")
    assert "python -m bot menu" in office.does("doctor")


def test_a_menu_that_cannot_be_put_up_is_said(office: Office, platform: Simulator) -> None:
    platform.tell("/sim/faults", path="/cgi-bin/menu/create", do="errcode", errcode=48001)
    assert "公众号没有这个接口的权限（48001）" in office.refuses("menu")


def test_a_wrong_secret_is_said_with_what_to_look_at(office: Office, platform: Simulator) -> None:
    office.change(SECRET, "another-secret")
    said = office.refuses("doctor")
    assert "[坏] 微信接口：app_secret 不对（40125）" in said and "消息模板" not in said


def test_a_machine_that_is_not_on_the_whitelist_is_said(office: Office, platform: Simulator) -> None:
    platform.tell("/sim/faults", path="/cgi-bin/stable_token", do="errcode", errcode=40164)
    assert "本机 IP 不在公众号的白名单里（40164）" in office.refuses("doctor")


def test_a_platform_that_does_not_answer_is_said(office: Office, platform: Simulator) -> None:
    office.change(platform.url, "http://127.0.0.1:9")
    assert "[坏] 微信接口：没有回答" in office.refuses("doctor")


def test_a_template_that_is_not_there_is_named(office: Office, platform: Simulator) -> None:
    office.change("T_lesson", "T_other")
    assert "[坏] 消息模板：wechat.templates.lesson：公众号里没有这个模板" in office.refuses("doctor")


def test_what_is_left_of_the_day_is_said_when_it_is_little(office: Office, platform: Simulator) -> None:
    platform.tell("/sim/config", quotas={"template_day": 20})
    for _ in range(19):
        assert platform.template("o_lin")["errcode"] == 0
    assert "[看] 模板消息额度：今天还能发 1 条（一天 20 条）" in office.does("doctor")
    assert platform.template("o_lin")["errcode"] == 0
    assert "[坏] 模板消息额度：今天的额度用完了" in office.refuses("doctor")


def test_an_address_that_does_not_lead_here_is_said(office: Office, platform: Simulator, tmp_path: Path) -> None:
    office.change("http://127.0.0.1:8080", "http://127.0.0.2:9")
    assert "[看] 外网地址：http://127.0.0.2:9/healthz 从这里打不开" in office.does("doctor")

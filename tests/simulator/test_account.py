"""Media, menu, tags, users and QR codes; who may come in at all; and how a page learns who opened it."""

import base64
import json
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests

from tests.simulator.running import APP_ID, ROOT, SECRET, Bot, Simulator, settings
from tests.waiting import PATIENCE


def test_a_photo_is_fetched_for_three_days(simulator: Simulator, bot: Bot) -> None:
    simulator.tell("/sim/send", openid="o_lin", type="image", sample="yard")
    (message,) = bot.messages
    path = f"/cgi-bin/media/get?access_token={simulator.token()}&media_id={message.findtext('MediaId')}"
    got = simulator.raw("GET", path)
    assert got.content.startswith(b"\xff\xd8")
    assert got.headers["Content-Type"] == "image/jpeg"
    assert requests.get(message.findtext("PicUrl") or "", timeout=PATIENCE).content == got.content
    simulator.tell("/sim/clock", advance=3 * 86400 + 1)
    path = f"/cgi-bin/media/get?access_token={simulator.token()}&media_id={message.findtext('MediaId')}"
    assert simulator.raw("GET", path).json()["errcode"] == 40007


def test_an_uploaded_picture_can_be_the_answer(simulator: Simulator, bot: Bot) -> None:
    picture = simulator.raw("GET", "/sim/samples/meal").content
    path = f"/cgi-bin/media/upload?access_token={simulator.token()}&type=image"
    media_id = simulator.raw("POST", path, files={"media": ("a.jpg", picture)}).json()["media_id"]
    bot.answering = lambda message, bot: bot.reply(message, "", MsgType="image", Image=f"<MediaId>{media_id}</MediaId>")
    assert simulator.say("o_lin", "图")["reply"] == "[图片]"
    assert simulator.shown("o_lin")[0]["media"] == media_id
    assert simulator.raw("POST", path, files={"media": ("a.jpg", b"no picture")}).json()["errcode"] == 40005


def test_the_menu_has_its_limits(simulator: Simulator) -> None:
    assert simulator.call("/cgi-bin/menu/get")["errcode"] == 46003
    click = {"type": "click", "name": "帮助", "key": "help"}
    assert simulator.call("/cgi-bin/menu/create", {"button": [click] * 4})["errcode"] == 40016
    assert simulator.call("/cgi-bin/menu/create", {"button": [{**click, "name": "字" * 6}]})["errcode"] == 40018
    assert (
        simulator.call("/cgi-bin/menu/create", {"button": [{"name": "更", "sub_button": [click] * 6}]})["errcode"]
        == 40023
    )
    menu = {"button": [click, {"name": "更多", "sub_button": [click]}]}
    assert simulator.call("/cgi-bin/menu/create", menu)["errcode"] == 0
    assert simulator.call("/cgi-bin/menu/get")["menu"] == menu
    assert simulator.call("/cgi-bin/menu/delete")["errcode"] == 0


def test_tags_and_who_carries_them(simulator: Simulator) -> None:
    tag_id = simulator.call("/cgi-bin/tags/create", {"tag": {"name": "留守"}})["tag"]["id"]
    assert simulator.call("/cgi-bin/tags/create", {"tag": {"name": "留守"}})["errcode"] == 45157
    path = "/cgi-bin/tags/members/batchtagging"
    assert simulator.call(path, {"openid_list": ["o_lin"] * 51, "tagid": tag_id})["errcode"] == 40032
    assert simulator.call(path, {"openid_list": ["o_lin", "o_baba"], "tagid": tag_id})["errcode"] == 0
    assert simulator.call("/cgi-bin/tags/get")["tags"] == [{"id": tag_id, "name": "留守", "count": 2}]
    assert simulator.call("/cgi-bin/user/info", openid="o_lin")["tagid_list"] == [tag_id]


def test_followers_are_paged_and_known(simulator: Simulator) -> None:
    simulator.tell("/sim/phones", crowd={"prefix": "o_c_", "count": 10_000})
    first = simulator.call("/cgi-bin/user/get")
    assert (first["total"], first["count"]) == (10_004, 10_000)
    rest = simulator.call("/cgi-bin/user/get", next_openid=first["next_openid"])
    assert rest["count"] == 4
    simulator.tell("/sim/following", openid="o_baba", following=False)
    users = [{"openid": "o_baba"}, {"openid": "o_lin"}]
    listed = simulator.call("/cgi-bin/user/info/batchget", {"user_list": users})["user_info_list"]
    assert [user["subscribe"] for user in listed] == [0, 1]
    assert [phone["name"] for phone in simulator.ask("/sim/phones")] == ["林老师", "奶奶", "爸爸", "王主任"]


def test_a_qr_code_is_a_picture(simulator: Simulator) -> None:
    long = {"action_name": "QR_LIMIT_STR_SCENE", "action_info": {"scene": {"scene_str": "s" * 65}}}
    assert simulator.call("/cgi-bin/qrcode/create", long)["errcode"] == 40053
    short = {"action_name": "QR_LIMIT_STR_SCENE", "action_info": {"scene": {"scene_str": "inv"}}}
    ticket = simulator.call("/cgi-bin/qrcode/create", short)["ticket"]
    assert simulator.raw("GET", f"/cgi-bin/showqrcode?ticket={ticket}").content.startswith(b"\x89PNG")


def authorize(simulator: Simulator, **changed: str) -> requests.Response:
    query = {
        "appid": APP_ID,
        "redirect_uri": "http://127.0.0.1:9/page?n=1",
        "response_type": "code",
        "scope": "snsapi_base",
        "state": "s1",
        **changed,
    }
    return simulator.raw("GET", f"/connect/oauth2/authorize?{urlencode(query)}", allow_redirects=False)


def test_a_page_learns_which_phone_opened_it(simulator: Simulator) -> None:
    simulator.raw("GET", "/sim/open?openid=o_baba&url=http://127.0.0.1:9/page", allow_redirects=False)
    target = urlsplit(authorize(simulator).headers["Location"])
    back = parse_qs(target.query)
    assert (target.path, back["n"], back["state"]) == ("/page", ["1"], ["s1"])

    def exchange(code: str) -> dict[str, object]:
        query = {"appid": APP_ID, "secret": SECRET, "code": code, "grant_type": "authorization_code"}
        answer = simulator.ask("/sns/oauth2/access_token", **query)
        assert isinstance(answer, dict)
        return answer

    assert exchange(back["code"][0])["openid"] == "o_baba"
    assert exchange(back["code"][0])["errcode"] == 40163
    assert exchange("unknown")["errcode"] == 40029
    late = parse_qs(urlsplit(authorize(simulator).headers["Location"]).query)["code"][0]
    simulator.tell("/sim/clock", advance=301)
    assert exchange(late)["errcode"] == 40029


@pytest.mark.parametrize(
    ("changed", "words"),
    [({"appid": "wx0"}, "AppID"), ({"redirect_uri": "http://a.test/"}, "redirect_uri"), ({"scope": "all"}, "Scope")],
)
def test_a_wrong_authorisation_is_a_page_with_the_reason(
    simulator: Simulator, changed: dict[str, str], words: str
) -> None:
    answer = authorize(simulator, **changed)
    assert answer.status_code == 200
    assert words in answer.text


def test_only_this_machine_may_come_in(simulator: Simulator) -> None:
    assert simulator.raw("GET", "/sim/phones", headers={"Host": "evil.test"}).status_code == 403
    assert simulator.raw("GET", "/sim/phones", headers={"Origin": "http://evil.test"}).status_code == 403
    refused = simulator.raw("POST", "/sim/config", json={"callback_url": "http://evil.test/wechat"})
    assert refused.status_code == 400
    assert simulator.raw("GET", "/sim/open?openid=o_lin&url=http://evil.test/").status_code == 400


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"colour": "red"}, "unknown key colour"),
        ({"mode": "loud"}, "mode"),
        ({"callback_url": "http://192.0.2.1/"}, "callback_url"),
        ({"host": "0.0.0.0"}, "host"),
    ],
)
def test_a_bad_setting_stops_the_start(tmp_path: Path, changed: dict[str, str], words: str) -> None:
    config = tmp_path / "bad.json"
    config.write_text(json.dumps(settings(**changed)), encoding="utf-8")
    command = [sys.executable, "-m", "simulator", "--config", str(config)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 2
    assert words in done.stderr


def test_a_phone_sends_its_own_picture(simulator: Simulator, bot: Bot) -> None:
    png = base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"0" * 20).decode()
    result = simulator.tell("/sim/send", openid="o_lin", type="image", data=png)
    assert result["outcome"] == "reply"
    assert (
        requests.get(bot.messages[0].findtext("PicUrl") or "", timeout=PATIENCE).headers["Content-Type"] == "image/png"
    )

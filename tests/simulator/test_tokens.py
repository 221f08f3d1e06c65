"""Tokens live two hours of simulated time; stable ones stay, replaced ones have five minutes."""

import re

from tests.simulator.running import APP_ID, SECRET, Simulator


def ordinary(simulator: Simulator, **more: str) -> dict[str, object]:
    query = {"grant_type": "client_credential", "appid": APP_ID, "secret": SECRET, **more}
    answer = simulator.ask("/cgi-bin/token", **query)
    assert isinstance(answer, dict)
    return answer


def errcode(simulator: Simulator, token: object) -> object:
    return simulator.call("/cgi-bin/getcallbackip", token=str(token)).get("errcode", 0)


def test_a_stable_token_stays_the_same_until_five_minutes_before_its_end(simulator: Simulator) -> None:
    first = simulator.stable_token()
    assert first["expires_in"] == 7200
    simulator.tell("/sim/clock", advance=6800)
    again = simulator.stable_token()
    assert again["access_token"] == first["access_token"]
    assert 395 <= again["expires_in"] <= 400
    simulator.tell("/sim/clock", advance=150)
    later = simulator.stable_token()
    assert later["access_token"] != first["access_token"]
    assert errcode(simulator, first["access_token"]) == 0
    simulator.tell("/sim/clock", advance=260)
    assert errcode(simulator, first["access_token"]) == 42001
    assert errcode(simulator, later["access_token"]) == 0


def test_a_forced_refresh_ends_the_old_token_and_is_rare(simulator: Simulator) -> None:
    simulator.tell("/sim/clock", to="2033-05-05T08:00:00", force=True)
    first = simulator.stable_token()["access_token"]
    second = simulator.stable_token(force_refresh=True)["access_token"]
    assert errcode(simulator, first) == 40001
    assert errcode(simulator, second) == 0
    assert simulator.stable_token(force_refresh=True)["errcode"] == 45011
    for _ in range(19):
        simulator.tell("/sim/clock", advance=31)
        assert "access_token" in simulator.stable_token(force_refresh=True)
    simulator.tell("/sim/clock", advance=31)
    assert simulator.stable_token(force_refresh=True)["errcode"] == 45009
    simulator.tell("/sim/clock", advance=86400)
    assert "access_token" in simulator.stable_token(force_refresh=True)


def test_an_ordinary_token_is_new_each_time_and_the_old_one_has_five_minutes(simulator: Simulator) -> None:
    first, second = ordinary(simulator)["access_token"], ordinary(simulator)["access_token"]
    assert first != second
    assert errcode(simulator, first) == 0
    simulator.tell("/sim/clock", advance=301)
    assert errcode(simulator, first) == 40001
    assert errcode(simulator, second) == 0


def test_the_two_kinds_do_not_disturb_each_other(simulator: Simulator) -> None:
    stable = simulator.stable_token()["access_token"]
    for _ in range(3):
        ordinary(simulator)
    simulator.tell("/sim/clock", advance=400)
    assert errcode(simulator, stable) == 0


def test_wrong_credentials_have_their_own_codes(simulator: Simulator) -> None:
    assert ordinary(simulator, appid="wx0")["errcode"] == 40013
    assert ordinary(simulator, secret="wrong")["errcode"] == 40125
    assert ordinary(simulator, grant_type="x")["errcode"] == 40002
    assert errcode(simulator, "") == 41001
    assert errcode(simulator, "unknown") == 40001


def test_an_error_is_http_200_and_ends_in_a_rid(simulator: Simulator) -> None:
    answer = simulator.raw("GET", "/cgi-bin/getcallbackip?access_token=unknown")
    assert answer.status_code == 200
    assert re.search(r" rid: [0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}$", answer.json()["errmsg"])
    assert simulator.call("/cgi-bin/message/template/send")["errcode"] == 43002
    posted = simulator.raw("POST", f"/cgi-bin/message/template/send?access_token={simulator.token()}", data="{")
    assert posted.json()["errcode"] == 47001


def test_two_thousand_ordinary_tokens_a_day(simulator: Simulator) -> None:
    simulator.tell("/sim/config", quotas={"token_day": 3})
    try:
        codes = [ordinary(simulator).get("errcode", 0) for _ in range(4)]
    finally:
        simulator.tell("/sim/config", quotas={"token_day": 2000})
    assert codes == [0, 0, 0, 45009]

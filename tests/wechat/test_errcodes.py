"""The table of errcodes against the contract with the platform, row by row."""

import pytest

from bot.wechat.errcodes import ERRCODES, Next, explain, next_for
from bot.wechat.errors import PlatformError

CONTRACT = {
    "busy: back off, same client_msg_id": ([-1], Next.BACK_OFF),
    "bad, stale or expired token: refresh once": ([40001, 40014, 42001], Next.REFRESH_TOKEN),
    "IP not allowed: configuration alarm, stop": ([40164, 61004], Next.STOP_ALL),
    "bad openid, not following, blacklisted: terminal": ([40003, 43004, 43019], Next.NEVER_THIS_PERSON),
    "consent refused or spent: another channel": ([43101], Next.OTHER_CHANNEL),
    "bad template or argument: stop the broadcast": ([40037, 47003], Next.STOP_BROADCAST),
    "daily quota: pause until the reset": ([45009], Next.PAUSE_DAY),
    "per minute: pause until the next": ([45011], Next.PAUSE_MINUTE),
    "outside the window, count used up: another channel": ([45015, 45047], Next.OTHER_CHANNEL),
    "clientmsgid exists: success": ([45065, 0], Next.DONE),
    "clientmsgid too soon: later": ([45066], Next.BACK_OFF),
    "clientmsgid too long: ours to mend": ([45067], Next.STOP_BROADCAST),
    "not authorised, banned: stop": ([48001, 48004], Next.STOP_ALL),
    "user limited: terminal": ([50002], Next.NEVER_THIS_PERSON),
    "bad or used OAuth code: begin again": ([40029, 40163], Next.BEGIN_OAUTH_AGAIN),
    "wrong app_id or secret: stop": ([40013, 40125], Next.STOP_ALL),
    "never seen": ([99999, -2, 40007], Next.UNKNOWN_ERROR),
}


@pytest.mark.parametrize("row", CONTRACT)
def test_a_row_of_the_contract(row: str) -> None:
    codes, expected = CONTRACT[row]
    assert {next_for(code) for code in codes} == {expected}
    assert {PlatformError(code, "").next for code in codes} == {expected}


def test_the_table_holds_no_code_that_the_contract_does_not() -> None:
    assert set(ERRCODES) == {c for codes, step in CONTRACT.values() if step is not Next.UNKNOWN_ERROR for c in codes}


def test_an_operator_reads_chinese_and_the_code() -> None:
    assert explain(40164) == "本机 IP 不在公众号的白名单里（40164）"
    assert explain(31415) == "没见过的错误（31415）"

"""One table: what each errcode of the platform means, and what to do next.

The codes and their handling are those of Tencent's global return codes; those marked [M] are from memory. A code that
is not here is `UNKNOWN_ERROR`: the row is settled as failed with the code, and an operator looks.
"""

from dataclasses import dataclass
from enum import StrEnum


class Next(StrEnum):
    """What to do after an answer of the platform."""

    DONE = "done"
    """It has happened."""
    BACK_OFF = "back_off"
    """Try again a little later, with the same client_msg_id."""
    REFRESH_TOKEN = "refresh_token"  # noqa: S105
    """Compare, refresh the token once, try again."""
    OTHER_CHANNEL = "other_channel"
    """Not this way now; another channel may reach the person."""
    NEVER_THIS_PERSON = "never_this_person"
    """Terminal for this person; tell the mentor."""
    PAUSE_DAY = "pause_day"
    """The day's quota is spent: pause until the reset; rows stay."""
    PAUSE_MINUTE = "pause_minute"
    """Too many this minute: pause until the next; rows stay."""
    STOP_BROADCAST = "stop_broadcast"
    """What is being sent is wrong: stop this broadcast, tell an operator."""
    STOP_ALL = "stop_all"
    """The account or its settings are wrong: stop sending, tell an operator."""
    BEGIN_OAUTH_AGAIN = "begin_oauth_again"
    """The page's code is spent or wrong: send the browser through the platform once more."""
    UNKNOWN_ERROR = "unknown_error"
    """Not in the table."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What to do next, and what an operator reads."""

    next: Next
    chinese: str


ERRCODES: dict[int, Meaning] = {
    0: Meaning(Next.DONE, "成功"),
    45065: Meaning(Next.DONE, "这条群发已经发过，不会再发"),
    -1: Meaning(Next.BACK_OFF, "微信繁忙，稍后自动再试"),
    45066: Meaning(Next.BACK_OFF, "同一条群发间隔太短，稍后自动再试"),
    40001: Meaning(Next.REFRESH_TOKEN, "access_token 无效"),
    40014: Meaning(Next.REFRESH_TOKEN, "access_token 不合法"),
    42001: Meaning(Next.REFRESH_TOKEN, "access_token 已过期"),
    40164: Meaning(Next.STOP_ALL, "本机 IP 不在公众号的白名单里"),
    61004: Meaning(Next.STOP_ALL, "本机 IP 没有登记"),
    40013: Meaning(Next.STOP_ALL, "app_id 不对"),  # [M]
    40125: Meaning(Next.STOP_ALL, "app_secret 不对"),  # [M]
    48001: Meaning(Next.STOP_ALL, "公众号没有这个接口的权限"),
    48004: Meaning(Next.STOP_ALL, "接口被封禁，请看公众平台的通知"),
    40003: Meaning(Next.NEVER_THIS_PERSON, "openid 不对"),
    43004: Meaning(Next.NEVER_THIS_PERSON, "对方没有关注"),
    43019: Meaning(Next.NEVER_THIS_PERSON, "对方在黑名单里"),
    50002: Meaning(Next.NEVER_THIS_PERSON, "对方账号被冻结或已注销"),
    43101: Meaning(Next.OTHER_CHANNEL, "对方没有同意，或同意的次数用完了"),
    45015: Meaning(Next.OTHER_CHANNEL, "对方超过48小时没有说话"),
    45047: Meaning(Next.OTHER_CHANNEL, "客服消息的条数用完了"),
    40037: Meaning(Next.STOP_BROADCAST, "模板编号不对"),
    47003: Meaning(Next.STOP_BROADCAST, "模板的内容不对，看错误信息里的字段名"),
    45067: Meaning(Next.STOP_BROADCAST, "群发的编号太长"),
    45009: Meaning(Next.PAUSE_DAY, "今天的额度用完了，明天接着发"),
    45011: Meaning(Next.PAUSE_MINUTE, "这一分钟发得太多，下一分钟接着发"),
    40029: Meaning(Next.BEGIN_OAUTH_AGAIN, "网页授权的 code 不对或已过期"),
    40163: Meaning(Next.BEGIN_OAUTH_AGAIN, "网页授权的 code 已经用过"),
}


def next_for(errcode: int) -> Next:
    """What to do after this errcode."""
    meaning = ERRCODES.get(errcode)
    return meaning.next if meaning else Next.UNKNOWN_ERROR


def explain(errcode: int) -> str:
    """One line for an operator, in Chinese, with the code."""
    meaning = ERRCODES.get(errcode)
    return f"{meaning.chinese if meaning else '没见过的错误'}（{errcode}）"

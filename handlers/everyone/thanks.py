"""谢谢, 好: what people say after an answer; nothing is to be done."""

from handlers.chat import Chat
from handlers.dialogue import Dialogue, Told
from handlers.flow import Who, flow
from handlers.stranger import to_a_stranger

_THANKS = (
    "谢谢", "谢谢您", "谢谢你", "谢谢老师", "谢谢了", "谢谢啦", "多谢", "多谢了", "感谢", "谢了",
    "辛苦了", "辛苦您了", "老师辛苦了", "麻烦了", "麻烦您了", "麻烦老师了",
)  # fmt: skip
_YES = ("好", "好的", "好吧", "嗯", "嗯嗯", "行", "ok")
_KNOWN = ("知道了", "我知道了", "收到", "明白了", "记住了", "那好", "可以", "不用了", "没事了", "没有了")


def politely(*words: str) -> tuple[str, ...]:
    """The words with thanks behind them: 知道了谢谢."""
    return tuple(word + thanks for word in words for thanks in _THANKS)


@flow(*_THANKS, *_YES, *politely(*_YES, *_KNOWN), who=Who.ANYONE)
def thanks(chat: Chat) -> Dialogue:
    """Says that we are here, and nothing with numbers: the next one may answer what we asked before."""
    yield from ()
    return to_a_stranger(chat) if chat.person is None else Told("hello.thanks", quiet=True)

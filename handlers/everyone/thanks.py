"""谢谢, 好: what people say after an answer; nothing is to be done."""

from handlers.chat import Chat
from handlers.dialogue import Dialogue, Told
from handlers.flow import Who, flow


@flow("谢谢", "谢谢您", "谢谢你", "谢谢老师", "多谢", "好", "好的", "好吧", "嗯", "嗯嗯", "行", "ok", who=Who.ANYONE)
def thanks(chat: Chat) -> Dialogue:
    """Says that we are here."""
    yield from ()
    return Told("bind.who") if chat.person is None else Told("hello.thanks")

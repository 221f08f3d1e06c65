"""资源: where a guardian's children can go in the holidays, and what there is to learn."""

from handlers.chat import Chat
from handlers.dialogue import Dialogue, Told
from handlers.flow import Who, flow
from models.base.errors import Refused
from models.messaging.wording.resources import by_kind, resources_for


@flow("资源", "去哪里玩", "书屋", "少年宫", who=Who.GUARDIAN, menu="resources.menu")
def holiday_resources(chat: Chat) -> Dialogue:
    """Tells what there is, by kind."""
    yield from ()
    found = resources_for(chat.session, chat.me)
    if not found:
        raise Refused("resources.none")
    parts = ["\n".join([f"【{kind}】", *(line for one in some for line in one.lines)]) for kind, some in by_kind(found)]
    return Told("resources.list", {"parts": "\n".join(parts)})

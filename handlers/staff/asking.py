"""Questions that members of staff are asked in more than one flow."""

from handlers.chat import Chat
from handlers.prompts import Pick
from models.messaging.broadcasts import WRITERS
from models.roster.scope import duty_scope
from models.roster.units import Unit, label


def which_unit(chat: Chat) -> Pick[Unit]:
    """For which of the units one writes to; an only one is taken without asking."""
    units = chat.session.exec(duty_scope(chat.session, chat.me, WRITERS).units()).all()
    tops = [u for u in units if not any(u.path.startswith(other.path) for other in units if other.id != u.id)]
    return Pick("announce.unit", tops, name=lambda u: label(chat.session, u), sole=True)

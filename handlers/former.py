"""What somebody hears who goes on with a duty that has ended: that nothing was kept, and whom to ask."""

from handlers.chat import Chat
from handlers.dialogue import Told
from models.roster.people import Duty, Staff, staff_of
from models.roster.units import Unit


def to_a_former(chat: Chat, held: Staff) -> Told:
    """Nothing about any child; who gives out duties where the person had theirs is named."""
    unit = chat.session.get_one(Unit, held.unit_id)
    asked = [each for each in staff_of(chat.session, unit, Duty.ADMIN, above=True) if each.id != held.person_id]
    return Told("refused.no_longer", {"who": asked[0].name if asked else chat.say("refused.the_school")})

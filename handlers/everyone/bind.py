"""绑定 CODE, or following by the code's scene: an account becomes its person's; 换绑 and 解绑 undo it."""

from datetime import timedelta

from handlers.chat import Chat
from handlers.dialogue import Dialogue, Go, Kept, Told
from handlers.flow import Who, flow
from handlers.prompts import Code, Digits, YesNo
from handlers.stranger import to_a_stranger
from models.base.errors import Refused
from models.messaging.binding_news import tell_deciders, tell_of_binding
from models.roster import binding
from models.roster.consent import has_consent
from models.roster.guesses import barred, note_wrong
from models.roster.invitations import Means, invitation_of, invite, used_up_by

_MOVING = timedelta(days=1)


@flow("绑定", who=Who.ANYONE, glued=True)
def bind(chat: Chat) -> Dialogue:
    """Asks for the code and the last four digits of the phone, and goes on to consent."""
    session = chat.session
    if chat.person is not None:
        return Told("bind.already", {"name": chat.person.name})
    if key := barred(session, chat.openid):
        return Told(key)
    code = yield from Code("bind.code")
    invitation = invitation_of(session, code)
    if invitation is None and used_up_by(session, code, chat.openid):
        return to_a_stranger(chat)
    if invitation is None:
        note_wrong(session, chat.openid)
        return Told("bind.wrong_code")
    digits = ""
    if binding.needs_digits(session, invitation):
        digits = yield from Digits("bind.digits_again" if invitation.wrong else "bind.digits")
    outcome = binding.try_binding(session, chat.openid, invitation, digits)
    if isinstance(outcome, binding.NotBound):
        return Go("bind", code) if outcome.key == binding.WRONG_DIGITS else Told(outcome.key)
    if isinstance(outcome, binding.Waiting):
        tell_deciders(session, outcome, cause=chat.cause)
        return Kept("bind.waiting", {"who": outcome.deciders[0].name})
    tell_of_binding(session, outcome, cause=chat.cause, bureau=chat.bureau)
    if has_consent(session, outcome.person.id):
        return Kept("bind.done", {"name": outcome.person.name})
    return Go("consent")


@flow("解绑", "解除绑定")
def unbind(chat: Chat) -> Dialogue:
    """Asks once more, and lets the account go."""
    sure = yield from YesNo("unbind.sure", yes="unbind.yes", no="unbind.no")
    if not sure:
        return Told("unbind.stays")
    binding.unbind(chat.session, chat.openid, by=chat.me.id)
    return Kept("unbind.done")


@flow("换绑", "换微信", "换微信号", "换号", "换号了", "换手机", "我换手机了", "换手机了", "换手机号", who=Who.ANYONE)
def rebind(chat: Chat) -> Dialogue:
    """Gives a code for the new account; an account that is nobody's learns whom to ask."""
    if chat.person is None:
        return Told("unbind.ask_teacher")
    unit = binding.home_unit(chat.session, chat.person)
    if unit is None:
        raise Refused("unbind.ask_teacher")
    sure = yield from YesNo("unbind.move_sure", yes="unbind.move_yes", no="unbind.no")
    if not sure:
        return Told("unbind.stays")
    code = invite(chat.session, chat.person, unit, lifetime=_MOVING, by=chat.person.id, means=Means.CHAT)
    return Kept("unbind.move_code", {"code": code})

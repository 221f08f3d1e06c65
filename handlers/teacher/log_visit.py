"""家访, 走访, 电话: a teacher keeps one visit, in one line or step by step; what he sends just after joins it."""

from datetime import date

from handlers.chat import Chat
from handlers.dialogue import Dialogue, Kept, Told
from handlers.flow import flow
from handlers.prompts import Confirm, Note, Place, Spot
from handlers.said import Said
from handlers.teacher.asking import (
    HEARD_WRONG,
    Covered,
    Draft,
    Next,
    Way,
    place_of,
    read_back,
    what_seen,
    which_child,
    which_day,
    worry_in,
)
from handlers.teacher.telling import visit_told
from models.base.errors import Refused
from models.care import visits
from models.care.terms import term_start
from models.care.visits import MOST_PHOTOS, AttachmentKind, Visit, VisitWay
from models.roster.children import Child
from models.roster.people import Duty


@flow(
    "家访", "走访", "校谈", "谈话", "电话", "视频", "记走访", *HEARD_WRONG,
    duty=(Duty.MENTOR, Duty.CLASS_TEACHER), glued=True, menu="visit.menu", told=visit_told,
)  # fmt: skip
def log_visit(chat: Chat) -> Dialogue:
    """Keeps one visit after it was read back."""
    child = yield from which_child(chat)
    day = yield from which_day(chat)
    way = yield from Way()
    last = visits.last_concern(chat.session, chat.me, child)
    note = yield from what_seen(chat, worry_in(last.note) if last else "")
    spot = None
    if way is VisitWay.HOME and not chat.one_line:
        spot = yield from Place("visit.where")
    covered = yield from Covered(note, way)
    follow_up = yield from Next(chat, note)
    brings = note.voice or note.photos or spot
    if not brings and visits.kept_just_now(chat.session, chat.me, child, day, way, note.text):
        return Told("visit.kept_already")
    draft = Draft(child, day, way, note, covered, follow_up, place_of(spot))
    yield from Confirm("visit.read_back", **read_back(chat, draft))
    visit = visits.record_visit(
        chat.session, chat.me, child, day, way, covered, note.text, follow_up,
        place=draft.place, needs_transcript=not note.text, cause=chat.cause,
    )  # fmt: skip
    _attach_all(chat, visit, note)
    return Kept(
        "visit.kept", {"count": _counted(chat, child, day), "more": _what_next(chat, note)}, undo=("visit", visit.id)
    )


def take_back(chat: Chat, visit_id: int) -> str:
    """撤销 of a visit."""
    undone = visits.undo_visit(chat.session, chat.me, visit_id)
    return chat.say("visit.undone", child=chat.session.get_one(Child, undone.child_id), day=undone.day)


def join_visit(chat: Chat, visit_id: int, said: Said) -> str | None:
    """A photo, a place or a voice that came just after a visit was kept belongs to it; whose that is, is said."""
    standing = visits.visit_as_known(chat.session, visit_id, chat.now)
    if standing is None:
        return None
    child = chat.session.get_one(Child, standing.child_id)
    if said.kind == "image":
        if visits.attach(chat.session, AttachmentKind.PHOTO, said.media_id, visit_id=visit_id) is None:
            raise Refused("refused.many_photos", most=MOST_PHOTOS)
        return chat.say("visit.photo_joined", child=child, count=visits.kept_photos(chat.session, visit_id=visit_id))
    if said.kind == "location" and said.latitude is not None and said.longitude is not None:
        spot = Spot(said.latitude, said.longitude, said.label)
        visits.add_to_visit(chat.session, chat.me, visit_id, place=place_of(spot))
        return chat.say("visit.place_joined", child=child)
    if said.kind == "voice":
        heard = said.recognition.strip()
        visits.attach(chat.session, AttachmentKind.VOICE, said.media_id, visit_id=visit_id)
        visits.add_to_visit(chat.session, chat.me, visit_id, words=heard, untranscribed=not heard)
        return chat.say("visit.voice_joined", child=child) if heard else chat.say("visit.voice_waits")
    return None


def _attach_all(chat: Chat, visit: Visit, note: Note) -> None:
    for media_id in note.photos:
        visits.attach(chat.session, AttachmentKind.PHOTO, media_id, visit_id=visit.id)
    if note.voice:
        visits.attach(chat.session, AttachmentKind.VOICE, note.voice, visit_id=visit.id)


def _counted(chat: Chat, child: Child, day: date) -> str:
    """How often the child was visited: this term, unless no calendar says when it began or it began after the day."""
    count, since = visits.visits_this_term(chat.session, child), term_start(chat.session, child.unit_id, chat.today)
    if count is None or since is None or day < since:
        return chat.say("visit.count_in_all", child=child, count=visits.visits_in_all(chat.session, child))
    return chat.say("visit.count_this_term", child=child, count=count)


def _what_next(chat: Chat, note: Note) -> str:
    """What may still be sent: a photo where there is none, the words of a recording."""
    lines = [] if note.photos else [chat.say("visit.photos_may_follow")]
    return "\n".join([*lines, *([] if note.text else [chat.say("visit.voice_waits")])])

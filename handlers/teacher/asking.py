"""The questions about a visit, and how one is read back: shared by those who keep one and those who correct one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from handlers.chat import Chat
from handlers.opening import Opening
from handlers.prompts import Day, Note, Pick, PickSome, Spot, Text
from handlers.prompts.prompt import Got, Json, Missed, Outcome, Turn
from handlers.reading import days
from handlers.reading.plain import plain
from handlers.said import Said
from models.care.visits import Coverage, VisitWay, coverage_of, due_children, writing_scope
from models.roster.children import Child
from models.roster.labels import labels

HEARD_WRONG = ("家仿", "家坊", "家房", "加访", "佳访")
"""What a phone writes for 家访 that was spoken, or a thumb beside the key."""
WAY_WORDS = {
    VisitWay.HOME: ("家访", "上门", "到家", *HEARD_WRONG),
    VisitWay.SCHOOL: ("校谈", "谈话", "谈心"),
    VisitWay.PHONE: ("电话", "打电话"),
    VisitWay.VIDEO: ("视频", "视频通话"),
}
_COVERED_BY = {VisitWay.HOME: (Coverage.HOME_VISIT,), VisitWay.SCHOOL: (Coverage.TALK,)}
_AGAIN = re.compile("需要?跟进|要跟进|待跟进|再跟进|回访|下次|再去|再来|再看")
_NEXT = re.compile(r"(?:下次|再去|再来|回访|跟进)[：:，,\s]*(\S+)")
_THEN = re.compile(r"(\S{2,8}?)(?:再去|再来|再看|回访)")
_FINE = re.compile("良好|正常|很好|不错|挺好|完成|写完|跟进|下次|回访")
_WORRY = 16
_NAME = re.compile("[\u4e00-\u9fff]{2,4}")
_WHOLE_NAME = 3
_AND = "和跟与及、，,"
_WAYS = ("家访", "走访", "校谈", "谈话", "电话", "视频")
_BREAKS = re.compile(r"[\s，。；、,;]+")
_CLASS = re.compile("([一二三四五六七八九])([0-9]+班)")


@dataclass(frozen=True)
class Draft:
    """A visit as it will be kept."""

    child: Child
    day: date
    way: VisitWay
    note: Note
    covered: Sequence[Coverage]
    follow_up: date | None
    place: str = ""


class Way(Pick[VisitWay]):
    """How it was; the word that opened the dialogue settles it (家访, 电话), whatever else the line says."""

    def __init__(self) -> None:
        super().__init__("visit.which_way", VisitWay, words=lambda way: WAY_WORDS[way])

    def claim(self, turn: Turn, opening: Opening) -> Got | None:
        """The flow's own word, else a word of the line."""
        own = self.options.find(opening.word, part=False)
        return Got(own[0].ident) if len(own) == 1 else super().claim(turn, opening)


class WhichChild(Pick[Child]):
    """Whom it was about. A line that names two is asked which one comes first, and a name that is none of theirs is
    said to be so; neither stays in the words about the child."""

    def claim(self, turn: Turn, opening: Opening) -> Got | None:
        """The child that the line names; none, where the message holds the visit of another one as well."""
        self._part_the_name(opening)
        for index, word in enumerate(opening.left):
            names = [name for name in re.split(f"[{_AND}]", word) if name]
            if len(names) > 1 and all(self.options.find(name, part=False) for name in names):
                opening.left[index : index + 1] = names
                break
        first = super().claim(turn, opening) or self._of_class(turn, opening)
        if first is not None:
            others = [first.data, *self._also(opening)]
            if len(set(others)) == 1:
                if not self._another(opening, first.data):
                    return first
                opening.take_all()  # whose the words are nobody can say
                turn.view["line"] = turn.chat.say("visit.one_each")
                return None
            turn.view |= {"among": others, "line": turn.chat.say("visit.one_child")}
        elif "among" not in turn.view and opening.left and self._is_a_name(opening):
            turn.view["line"] = turn.chat.say("visit.no_child", name=opening.left[0])
            opening.take(0)
        return None

    def read(self, turn: Turn, said: Said) -> Outcome:
        """One of the children; a name that is nobody's is said to be so."""
        said, name = replace(said, text=_CLASS.sub(r"\1年级\2", said.text)), said.text.strip()
        outcome = super().read(turn, said)
        if isinstance(outcome, Missed) and _NAME.fullmatch(name):
            return Missed(turn.chat.say("visit.no_child", name=name))
        return outcome

    def _part_the_name(self, opening: Opening) -> None:
        """A name that a comma parts from the rest stands alone (张小曼，今天，很好), where it could be nothing else."""
        if not opening.left:
            return
        name, *after = re.split("[，,、。]", opening.left[0], maxsplit=1)
        if after and _NAME.fullmatch(name) and after[0] and self._is_a_name(replace(opening, left=[name, *after])):
            opening.left[:1] = [name, *after]

    def _of_class(self, turn: Turn, opening: Opening) -> Got | None:
        """The one of several of that name whose class the line says next: 周远航 三2班."""
        if "among" not in turn.view or not opening.left:
            return None
        said = plain(_CLASS.sub(r"\1年级\2", opening.left[0]))
        those = [o.ident for o in self.options.among(turn.view) if said.endswith("班") and said in plain(o.label)]
        if len(those) != 1:
            return None
        opening.take(0)
        turn.view.clear()
        return Got(those[0])

    def _another(self, opening: Opening, first: Json) -> bool:
        """Whether the rest of the line begins the visit of another child: 家访 小川, or 小川 今天."""
        pieces, begins = [each for each in _BREAKS.split(" ".join(opening.left)) if each], False
        for piece, after in zip(pieces, [*pieces, ""][1:], strict=True):
            way = next((word for word in _WAYS if piece.startswith(word)), "")
            begins, name = begins or bool(way), piece.removeprefix(way)
            if not name or days.day(name, opening.said_on) is not None:
                continue
            found = self.options.find(name, part=False) if len(name) > 1 else []
            dated = bool(found) and days.leading(after, opening.said_on)[0] is not None
            found = found or (self.options.leading(name)[0] if begins else [])
            if found and (begins or dated) and all(option.ident != first for option in found):
                return True
            begins = False
        return False

    def _also(self, opening: Opening) -> list[Json]:
        """The children named right after the first, taken out of the line."""
        found: list[Json] = []
        while opening.left:
            word = opening.left[0].lstrip(_AND)
            also = [option for option in self.options.find(word, part=False) if len(word) > 1]
            rest = ""
            if not also:
                also, rest = self.options.leading(word)
            if not also:
                break
            opening.take(0, rest)
            found += [option.ident for option in also]
        return found

    def _is_a_name(self, opening: Opening) -> bool:
        """Whether the line's first word stands where the name does: before a day, or but a letter off one of theirs."""
        word, *after = opening.left
        if not _NAME.fullmatch(word) or days.day(word, opening.said_on) is not None:
            return False
        if after and days.leading(after[0], opening.said_on)[0] is not None:
            return True
        return any(_a_letter_off(word, name) for option in self.options.all for name in option.words)


def _a_letter_off(word: str, name: str) -> bool:
    end = name[-len(word) :]
    return len(word) == len(end) > 1 and sum(a != b for a, b in zip(word, end, strict=True)) == 1


class Covered(PickSome[Coverage]):
    """The cells it covered, guessed from the words; a person in a hurry sees the guess only in what is read back."""

    def __init__(self, note: Note, way: VisitWay) -> None:
        self.cells = coverage_of(note.text, *_COVERED_BY.get(way, ()))
        super().__init__("visit.covered", Coverage, guess=self.cells)

    def claim(self, turn: Turn, opening: Opening) -> Got | None:
        """The guess, for a dialogue opened in one line."""
        return Got([cell.name for cell in self.cells]) if turn.chat.one_line else None


class Next(Day[date | None]):
    """The next visit, if the mentor names one. In one line it is asked only where the words speak of it (需跟进)."""

    def __init__(self, chat: Chat, note: Note) -> None:
        self.note = note
        named = next_named(note.text, chat.today)
        offers = [chat.today + timedelta(days=ahead) for ahead in (7, 14, 30)]
        offers = [named, *offers] if named and named not in offers else offers
        super().__init__("visit.next", earliest=chat.today + timedelta(days=1), offers=offers, optional=True)

    def claim(self, turn: Turn, opening: Opening) -> Got | None:
        """The day that the note names after 下次; none, where nothing is to be followed up."""
        if not turn.chat.one_line:
            return None
        named = next_named(self.note.text, opening.said_on)
        if named is not None and self._outside(turn, named) is None:
            return Got(named.isoformat())
        return None if _AGAIN.search(self.note.text) else Got(None)


def which_child(chat: Chat) -> Pick[Child]:
    """One of the children a person keeps visits of: his mentees, those due first, then the rest of his class."""
    first = [due.child for due in due_children(chat.session, chat.me)]
    rest = chat.session.exec(writing_scope(chat.session, chat.me).children(chat.session)).all()
    children = list({child.id: child for child in (*first, *rest)}.values())
    shown = labels(chat.session, children)
    return WhichChild(
        "visit.which_child", children, name=lambda child: shown[child.id], words=_called, empty="visit.no_children"
    )


def _called(child: Child) -> list[str]:
    """What a child is called for short: 小川 of 张小川, also where no space follows it."""
    return [child.name[1:]] if len(child.name) == _WHOLE_NAME else []


def which_day(chat: Chat) -> Day[date]:
    """The day of the visit, not ahead."""
    return Day("visit.which_day", default=chat.today, latest=chat.today)


def what_seen(chat: Chat, worry: str = "") -> Text:
    """What was seen; asked with what worried the mentor last time."""
    last = chat.say("visit.last_time", worry=worry) if worry else ""
    return Text("visit.what_did_you_see", or_voice=True, photos=True, words_too=True, last=last + "\n" if last else "")


def read_back(chat: Chat, draft: Draft) -> dict[str, object]:
    """What `visit.read_back` shows of a draft."""
    photos = chat.say("ask.photo_count", count=len(draft.note.photos)) if draft.note.photos else ""
    words = chat.say("visit.quoted", words=draft.note.text) if draft.note.text else chat.say("ask.voice_waits")
    more = [chat.say("visit.covers", cells=list(draft.covered))] if draft.covered else []
    more += [chat.say("visit.at", place=draft.place)] if draft.place else []
    more += [chat.say("visit.next_on", day=draft.follow_up)] if draft.follow_up else []
    return {
        "child": labels(chat.session, [draft.child])[draft.child.id],
        "day": draft.day,
        "way": draft.way,
        "note": words + photos,
        "more": "\n".join(more),
    }


def worry_in(note: str) -> str:
    """What of a note asks to be looked after: its last piece that is not a 良好 or 需跟进; '' where there is none."""
    pieces = [piece for piece in re.split(r"[\s，。；、！？,;!?“”]+", note) if piece and not _FINE.search(piece)]
    return pieces[-1] if pieces and len(pieces[-1]) <= _WORRY else ""


def next_named(note: str, today: date) -> date | None:
    """The day to come that a note names after 下次, 再去 or 回访, or before them: 下周三再去."""
    found = _NEXT.search(note)
    named = days.leading(found[1], today, future=True)[0] if found else None
    if named is None and (found := _THEN.search(note)) is not None:
        ends = (found[1][-length:] for length in range(len(found[1]), 1, -1))
        named = next((day for end in ends if (day := days.day(end, today, future=True)) is not None), None)
    return named if named is not None and named > today else None


def place_of(spot: Spot | None) -> str:
    """A place as it is kept: its words and its point."""
    return "" if spot is None else f"{spot.label}（{spot.latitude:.5f},{spot.longitude:.5f}）"

"""Makes the tables say what the rows say, a piece at a time; the same steps without writing are the dry run.

What a row no longer lists is kept and remarked: an import adds and corrects, a person decides who goes. Only a change
of school ends the pairings that the row does not name.
"""

from collections.abc import Iterable, Sequence

from models.base.ids import new_id
from models.base.seal import put_sealed
from models.base.store import Session
from models.base.texts import say
from models.base.turns import take_turn
from models.roster.changes import MOVED
from models.roster.children import Child, ChildCategory, Placement
from models.roster.importing import columns
from models.roster.importing.checking import Adult, Line, Minder
from models.roster.importing.matching import Known, Met
from models.roster.importing.pile import Pile
from models.roster.importing.report import Clash, Remark
from models.roster.importing.walk import Walk
from models.roster.people import Duty, Person, Staff
from models.roster.ties import Guardianship, Pairing, PairingRole
from models.roster.units import ROSTER, Unit


def take_piece(session: Session, walk: Walk, lines: Sequence[Line]) -> bool:
    """Takes these rows in the running transaction, those with a clash left out; whether anything changed."""
    if not walk.dry:
        take_turn(session, ROSTER)  # two imports at once go piece by piece, and each sees what the other made
    with session.no_autoflush:
        standing: dict[int, tuple[Unit, Unit]] = {}
        made = walk.places.made
        for line in lines:
            try:
                standing[line.line] = walk.places.stand(session, line.place)
            except Clash as clash:
                walk.report.errors.append(clash.on(line.line))
        lines = [line for line in lines if line.line in standing]
        known = Known(session, lines, (class_ for _, class_ in standing.values()))
        piece = _Piece(session, walk, known)
        for line in lines:
            try:
                piece.take(line, *standing[line.line])
            except Clash as clash:
                walk.report.errors.append(clash.on(line.line))
    walk.report.units_new = walk.places.made
    piece.pile.write()
    return piece.changed or walk.places.made > made


class _Piece:
    """The rows of one transaction."""

    def __init__(self, session: Session, walk: Walk, known: Known) -> None:
        self._session = session
        self._walk = walk
        self._known = known
        self.pile = Pile(session, walk.by, dry=walk.dry)
        self.changed = False

    def take(self, line: Line, school: Unit, class_: Unit) -> None:
        """One row: first everything is looked up, and only then anything changed."""
        child = self._known.child(line, school)
        if child is not None and self._walk.claimed.setdefault(child.id, line.line) != line.line:
            raise Clash(columns.NAME, "import.child_twice", other=self._walk.claimed[child.id])
        guardianships = self._known.guardianships(child)
        pairings = self._known.pairings(child)
        minders = [
            (each, self._find(line, each.adult, [t.person_id for t in guardianships])) for each in line.guardians
        ]
        mentor = self._find(line, line.mentor, [tie.person_id for tie in pairings])
        teacher = self._find(line, line.teacher, self._known.staff(class_, Duty.CLASS_TEACHER))
        before = self.pile.count
        corrected = child is not None and self._correct(line, child)
        here = child.id if child is not None else self._new_child(line, class_)
        if child is not None and child.unit_id != class_.id:
            pairings = self._move(child, school, class_, pairings, mentor)
        self._set_categories(line, here, self._known.categories(child))
        self._set_guardians(line, here, guardianships, minders)
        self._set_mentor(line, here, class_, pairings, mentor)
        self._set_teacher(line, class_, teacher)
        changed = corrected or self.pile.count > before
        self.changed |= changed
        report = self._walk.report
        report.children_new += child is None
        report.children_changed += child is not None and changed
        report.children_same += not changed

    def _find(self, line: Line, adult: Adult | None, tied: Sequence[int]) -> Met | None:
        """Who is meant, or None for somebody new. Raises Clash where it cannot be told."""
        if adult is None:
            return None
        key = self._known.keys[line.line].adults[adult]
        found = self._known.person(key, adult)
        thought_of = self._walk.thought_of.get(key) if adult.phone else None
        if found is not None and found is not thought_of:
            return found
        namesake = self._known.namesake(key, tied)
        if namesake is None or namesake is thought_of:  # two children of a class bring the same new teacher
            return thought_of
        if adult.phone and self._walk.dry:
            if any(namesake is each for each in self._walk.thought_of.values()):
                raise Clash(adult.column, "import.two_new_phones")
            if self._session.get_one(Person, namesake.id).phone in self._walk.phones:
                raise Clash(adult.column, "import.old_phone_too")
            if self._walk.new_phones.setdefault(namesake.id, adult.phone) != adult.phone:
                raise Clash(adult.column, "import.two_new_phones")
            self._walk.report.people_new -= thought_of is not None and thought_of is not namesake
            self._walk.thought_of[key] = namesake
        return namesake

    def _found_or_new(self, line: Line, adult: Adult, found: Met | None) -> Met:
        key = self._known.keys[line.line].adults[adult]
        found = found or (self._known.person(key, adult) if adult.phone else None)
        if found is not None:
            return found
        person = Met(new_id(), key[0], key[1] if adult.phone else None)
        if self._walk.dry and adult.phone:
            self._walk.thought_of[key] = person
        self.pile.add(Person, person.id, {"name": adult.name, "phone": adult.phone}, erased_at=None)
        self._known.remember(person)
        self._walk.report.people_new += 1
        return person

    def _new_child(self, line: Line, class_: Unit) -> int:
        child_id = new_id()
        secret = {"name": line.name, "student_no": line.student_no}
        plain = {"unit_id": class_.id, "sex": line.sex, "birth": line.birth, "left_on": None}
        self.pile.add(Child, child_id, secret, visit_every_days=Child.model_fields["visit_every_days"].default, **plain)
        self.pile.begin(Placement, child_id=child_id, unit_id=class_.id)
        return child_id

    def _correct(self, line: Line, child: Child) -> bool:
        before = (child.sex, child.birth, child.left_on)
        child.sex, child.birth, child.left_on = line.sex, line.birth, None
        changed = before != (child.sex, child.birth, None)
        keys = self._known.keys[line.line]
        if child.name_index != keys.child:
            put_sealed(self._session, child, "name", line.name)
            changed = True
        if keys.number is not None and child.student_no_index is None:
            put_sealed(self._session, child, "student_no", line.student_no)
            changed = True
        return changed

    def _move(
        self, child: Child, school: Unit, class_: Unit, pairings: list[Pairing], mentor: Met | None
    ) -> list[Pairing]:
        """Promotes or transfers; returns the pairings that go on."""
        for placement in self._known.placements(child):
            self.pile.end(placement)
        child.unit_id = class_.id
        self.pile.begin(Placement, child_id=child.id, unit_id=class_.id)
        if self._known.is_in(child, school):
            return pairings
        ending = [tie for tie in pairings if mentor is None or tie.person_id != mentor.id]
        for tie in ending:
            self.pile.end(tie, reason=MOVED)
        return [tie for tie in pairings if tie not in ending]

    def _set_categories(self, line: Line, child_id: int, running: Sequence[ChildCategory]) -> None:
        if line.categories is None:
            if running:
                self._remark(line, columns.CATEGORIES, "import.categories_kept")
            return
        for row in running:
            if row.category not in line.categories:
                self.pile.end(row)
        for category in sorted(line.categories - {row.category for row in running}):
            self.pile.begin(ChildCategory, child_id=child_id, category=category)

    def _set_guardians(
        self,
        line: Line,
        child_id: int,
        running: Sequence[Guardianship],
        minders: Iterable[tuple[Minder, Met | None]],
    ) -> None:
        listed: set[int] = set()
        for minder, found in minders:
            person = self._found_or_new(line, minder.adult, found)
            listed.add(person.id)
            old = next((tie for tie in running if tie.person_id == person.id), None)
            if old is not None and (old.relation, old.at_home) == (minder.relation, minder.at_home):
                continue
            if old is not None:
                self.pile.end(old)
            values = {"relation": minder.relation, "at_home": minder.at_home}
            self.pile.begin(Guardianship, child_id=child_id, person_id=person.id, **values)
        if any(tie.person_id not in listed for tie in running):
            self._remark(line, columns.guardian(1, "姓名"), "import.guardian_kept")

    def _set_mentor(
        self, line: Line, child_id: int, class_: Unit, running: Sequence[Pairing], found: Met | None
    ) -> None:
        mentor = None
        if line.mentor is not None:
            mentor = self._found_or_new(line, line.mentor, found)
            if all(tie.person_id != mentor.id or tie.role != PairingRole.MENTOR for tie in running):
                self.pile.begin(Pairing, child_id=child_id, person_id=mentor.id, role=PairingRole.MENTOR, reason="")
            self._give_duty(mentor, class_, Duty.MENTOR)
        if any(tie.role == PairingRole.MENTOR and (mentor is None or tie.person_id != mentor.id) for tie in running):
            self._remark(line, columns.MENTOR_NAME, "import.mentor_kept")

    def _set_teacher(self, line: Line, class_: Unit, found: Met | None) -> None:
        if line.teacher is None:
            return
        teacher = self._found_or_new(line, line.teacher, found)
        self._give_duty(teacher, class_, Duty.CLASS_TEACHER)
        others = set(self._known.staff(class_, Duty.CLASS_TEACHER)) - {teacher.id}
        if others and class_.id not in self._walk.remarked_classes:
            self._walk.remarked_classes.add(class_.id)
            self._remark(line, columns.TEACHER_NAME, "import.teacher_kept")

    def _give_duty(self, person: Met, class_: Unit, duty: Duty) -> None:
        if person.id not in self._known.staff(class_, duty):
            self.pile.begin(Staff, person_id=person.id, unit_id=class_.id, duty=duty)
            self._known.remember_staff(class_, duty, person.id)

    def _remark(self, line: Line, column: str, key: str) -> None:
        self._walk.report.remarks.append(Remark(line.line, column, say(key)))

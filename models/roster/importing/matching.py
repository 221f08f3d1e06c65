"""Who of a piece of the file is known already: one query a table for the whole piece, then answers from memory."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlmodel import col, or_, select

from models.base.facts import holding
from models.base.store import Session
from models.roster.children import Child, ChildCategory, Placement
from models.roster.importing import columns
from models.roster.importing.checking import Adult, Line
from models.roster.importing.report import Clash
from models.roster.people import Duty, Person, Staff
from models.roster.ties import Guardianship, Pairing
from models.roster.units import Unit

PersonKey = tuple[bytes, bytes]
"""The blind indexes of a name and a phone."""
_MET = select(Person.id, Person.name_index, Person.phone_index)

_Tie = TypeVar("_Tie", Guardianship, Pairing, ChildCategory, Placement)


@dataclass(frozen=True, slots=True)
class Met:
    """A person as far as matching needs them; `phone_index` is None where they have no phone."""

    id: int
    name_index: bytes | None
    phone_index: bytes | None


@dataclass(frozen=True, slots=True)
class Keys:
    """A row's blind indexes."""

    child: bytes
    number: bytes | None
    adults: dict[Adult, PersonKey]


class Known:
    """What the tables hold about the children and adults of some rows, read at once."""

    def __init__(self, session: Session, lines: Sequence[Line], classes: Iterable[Unit]) -> None:
        self._session = session
        self.keys = {line.line: self._keys_of(line) for line in lines}
        self._load_children()
        self._load_ties({class_.id for class_ in classes})
        self._load_people()

    def child(self, line: Line, school: Unit) -> Child | None:
        """The child of a row: by student number, else by name and birth within the school.

        Raises Clash where two answer to it, or where the number belongs to somebody else.
        """
        keys = self.keys[line.line]
        if keys.number is not None and keys.number in self._by_number:
            found = self._by_number[keys.number]
            if found.name_index != keys.child and found.birth != line.birth:
                raise Clash(columns.STUDENT_NO, "import.number_of_another")
            return found
        same = [
            child
            for child, path in self._by_name[keys.child]
            if child.birth == line.birth
            and path.startswith(school.path)
            and (keys.number is None or child.student_no_index is None)
        ]
        if len(same) > 1:
            raise Clash(columns.NAME, "import.several_children")
        return same[0] if same else None

    def person(self, key: PersonKey, adult: Adult) -> Met | None:
        """The person of that phone and normalised name. Raises Clash where the phone has another name."""
        if not adult.phone:
            return None
        people = self._by_phone[key[1]]
        found = next((person for person in people if person.name_index == key[0]), None)
        if found is None and people:
            raise Clash(adult.column, "import.phone_of_another")
        return found

    def namesake(self, key: PersonKey, tied: Iterable[int]) -> Met | None:
        """The one person of that name among those with a tie to the child or the class."""
        people = [self._people[person_id] for person_id in dict.fromkeys(tied)]
        same = [person for person in people if person.name_index == key[0]]
        return same[0] if len(same) == 1 else None

    def guardianships(self, child: Child | None) -> list[Guardianship]:
        """The guardianships of a child today."""
        return self._guardianships[child.id] if child else []

    def pairings(self, child: Child | None) -> list[Pairing]:
        """The pairings of a child today."""
        return self._pairings[child.id] if child else []

    def categories(self, child: Child | None) -> list[ChildCategory]:
        """The categories of a child today."""
        return self._categories[child.id] if child else []

    def placements(self, child: Child) -> list[Placement]:
        """Where a child is placed today."""
        return self._placements[child.id]

    def is_in(self, child: Child, unit: Unit) -> bool:
        """Whether the child's class, as known before this import, is in that unit."""
        return self._paths[child.id].startswith(unit.path)

    def staff(self, unit: Unit, duty: Duty) -> list[int]:
        """Who has a duty in a class today."""
        return self._staff[unit.id, duty]

    def remember(self, person: Met) -> None:
        """A person made for one row is known to the next."""
        self._people[person.id] = person
        if person.phone_index is not None:
            self._by_phone[person.phone_index].append(person)

    def remember_staff(self, unit: Unit, duty: Duty, person_id: int) -> None:
        """A duty given for one row is known to the next."""
        self._staff[unit.id, duty].append(person_id)

    def _keys_of(self, line: Line) -> Keys:
        blind = self._session.vault.blind
        return Keys(
            blind("child.name", line.name),
            blind("child.student_no", line.student_no) if line.student_no else None,
            {a: (blind("person.name", a.name), blind("person.phone", a.phone)) for a in line.adults},
        )

    def _load_children(self) -> None:
        names = {keys.child for keys in self.keys.values()}
        numbers = {keys.number for keys in self.keys.values() if keys.number is not None}
        self._by_number: dict[bytes, Child] = {}
        self._by_name: dict[bytes, list[tuple[Child, str]]] = defaultdict(list)
        query = (
            select(Child, Unit.path)
            .join(Unit, col(Unit.id) == Child.unit_id)
            .where(or_(col(Child.name_index).in_(names), col(Child.student_no_index).in_(numbers)))
        )
        self._paths: dict[int, str] = {}
        for child, path in self._session.exec(query):
            self._paths[child.id] = path
            if child.student_no_index is not None:
                self._by_number[child.student_no_index] = child
            if child.name_index is not None:
                self._by_name[child.name_index].append((child, path))

    def _load_ties(self, class_ids: set[int]) -> None:
        ids = {child.id for each in self._by_name.values() for child, _ in each}
        ids |= {child.id for child in self._by_number.values()}
        self._guardianships = self._of_children(Guardianship, ids)
        self._pairings = self._of_children(Pairing, ids)
        self._categories = self._of_children(ChildCategory, ids)
        self._placements = self._of_children(Placement, ids)
        self._staff: dict[tuple[int, Duty], list[int]] = defaultdict(list)
        duties = holding(Staff, self._session.today).where(col(Staff.unit_id).in_(class_ids))
        for staff in self._session.exec(duties):
            self._staff[staff.unit_id, staff.duty].append(staff.person_id)

    def _load_people(self) -> None:
        phones = {key[1] for keys in self.keys.values() for adult, key in keys.adults.items() if adult.phone}
        self._by_phone: dict[bytes, list[Met]] = defaultdict(list)
        self._people: dict[int, Met] = {}
        for row in self._session.exec(_MET.where(col(Person.phone_index).in_(phones))):
            self.remember(Met(*row))
        tied = {tie.person_id for ties in self._guardianships.values() for tie in ties}
        tied |= {tie.person_id for ties in self._pairings.values() for tie in ties}
        tied |= {person_id for people in self._staff.values() for person_id in people}
        for row in self._session.exec(_MET.where(col(Person.id).in_(tied - self._people.keys()))):
            self._people[row[0]] = Met(*row)

    def _of_children(self, table: type[_Tie], ids: set[int]) -> dict[int, list[_Tie]]:
        found: dict[int, list[_Tie]] = defaultdict(list)
        for tie in self._session.exec(holding(table, self._session.today).where(col(table.child_id).in_(ids))):
            found[tie.child_id].append(tie)
        return found

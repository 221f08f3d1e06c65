"""The units that a file names, found or made once."""

from sqlmodel import col, select

from models.base.store import Session
from models.roster.importing import columns
from models.roster.importing.checking import Place
from models.roster.importing.report import Clash
from models.roster.units import Unit, UnitKind, add_unit, find_unit


class Places:
    """Finds units and keeps them; with `dry`, missing ones are only thought of."""

    def __init__(self, *, dry: bool) -> None:
        self._dry = dry
        self._kept: dict[tuple[int, UnitKind, str], Unit] = {}
        self.made = 0

    def stand(self, session: Session, place: Place) -> tuple[Unit, Unit]:
        """The school and the class of a row. Raises Clash where the county could be several."""
        county = self._county(session, place)
        school = self._under(session, county, UnitKind.SCHOOL, place.school)
        grade = self._under(session, school, UnitKind.GRADE, place.grade)
        return school, self._under(session, grade, UnitKind.CLASS, place.class_)

    def _county(self, session: Session, place: Place) -> Unit:
        kept = self._kept.get((0, UnitKind.COUNTY, f"{place.city}/{place.county}"))
        if kept is None:
            kept = self._find_county(session, place)
            self._kept[0, UnitKind.COUNTY, f"{place.city}/{place.county}"] = kept
        return kept

    def _find_county(self, session: Session, place: Place) -> Unit:
        same = session.exec(select(Unit).where(Unit.kind == UnitKind.COUNTY, Unit.name == place.county)).all()
        if place.city:
            city = self._under(session, None, UnitKind.CITY, place.city)
            if any(unit.parent_id != city.id for unit in same):
                raise Clash(columns.CITY, "import.county_elsewhere")
            return self._under(session, city, UnitKind.COUNTY, place.county)
        if len(same) > 1:
            raise Clash(columns.COUNTY, "import.several_counties")
        if same:
            return same[0]
        cities = session.exec(select(Unit).where(Unit.kind == UnitKind.CITY, col(Unit.parent_id).is_(None))).all()
        return self._under(session, cities[0] if len(cities) == 1 else None, UnitKind.COUNTY, place.county)

    def _under(self, session: Session, parent: Unit | None, kind: UnitKind, name: str) -> Unit:
        key = (parent.id if parent else 0, kind, name)
        if key not in self._kept:
            found = find_unit(session, parent, kind, name)
            if found is None:
                self.made += 1
                found = self._thought_of(parent, kind, name) if self._dry else add_unit(session, parent, kind, name)
            self._kept[key] = found
        return self._kept[key]

    @staticmethod
    def _thought_of(parent: Unit | None, kind: UnitKind, name: str) -> Unit:
        unit = Unit(parent_id=parent.id if parent else None, kind=kind, name=name, path="")
        unit.path = f"{parent.path if parent else ''}{unit.id}/"
        return unit

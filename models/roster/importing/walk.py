"""What an import remembers from piece to piece: its counts, the units, whom it has met."""

from dataclasses import dataclass, field

from models.roster.importing.matching import Met, PersonKey
from models.roster.importing.places import Places
from models.roster.importing.report import ImportReport


@dataclass
class Walk:
    """One way through the file. A dry one counts and finds clashes; `phones` are then all the file's numbers.

    `new_phones` is what a dry walk finds: people who are known by name beside their child, with a number that the
    file no longer has. The real walk begins with them, so that the order of rows does not matter.
    """

    dry: bool
    by: int | None
    places: Places = field(init=False)
    phones: frozenset[str] = frozenset()
    report: ImportReport = field(default_factory=ImportReport)
    new_phones: dict[int, str] = field(default_factory=dict)
    claimed: dict[int, int] = field(default_factory=dict)
    thought_of: dict[PersonKey, Met] = field(default_factory=dict)
    remarked_classes: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.places = Places(dry=self.dry)

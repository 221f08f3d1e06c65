"""Faults on request: which call, what happens to it, how often, by a seed that can be printed."""

import random
from dataclasses import dataclass, field
from typing import Any

BEFORE = frozenset({"drop_before", "busy", "errcode"})  # the call is not carried out
AFTER = {"drop_reply": "drop", "hang": "hang", "drip": "drip", "slow": "slow"}  # carried out, then the line spoils it
RECEIPTS = frozenset({"lose_receipts", "double_receipts"})
KINDS = BEFORE | set(AFTER) | RECEIPTS
CALLBACK = "callback"


@dataclass
class Fault:
    """One standing fault; `times` is how often it may still strike, None for ever."""

    path: str
    do: str
    errcode: int = -1
    times: int | None = None
    probability: float = 1.0
    seed: int = 0
    seconds: float | None = None
    struck: int = 0
    _random: random.Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if self.do not in KINDS:
            raise ValueError(f"do must be one of {', '.join(sorted(KINDS))}")
        if self.path == CALLBACK and self.do in ("busy", "errcode"):
            raise ValueError("a callback can be dropped, hung, dripped or slowed")
        self._random = random.Random(self.seed)  # noqa: S311 - repeatable by its seed

    @property
    def pause(self) -> float:
        """Seconds: between bytes for drip, in all for hang and slow."""
        if self.seconds is not None:
            return self.seconds
        return 1.0 if self.do == "drip" else 60.0

    def strikes(self) -> bool:
        """Whether it happens this time; counts when it does."""
        if self.times is not None and self.struck >= self.times:
            return False
        if self.probability < 1 and self._random.random() >= self.probability:
            return False
        self.struck += 1
        return True

    def as_json(self) -> dict[str, Any]:
        """The settings, and how often it struck."""
        return {name: value for name, value in self.__dict__.items() if not name.startswith("_")}


class Faults:
    """The standing faults; the first that fits and strikes is the one that happens."""

    def __init__(self) -> None:
        self.standing: list[Fault] = []

    def for_call(self, path: str) -> Fault | None:
        """The fault of this platform call, if any."""
        return self._first(lambda fault: fault.path in (path, "*") and fault.do not in RECEIPTS)

    def for_callback(self) -> Fault | None:
        """The fault of one try of a callback, if any."""
        return self._first(lambda fault: fault.path == CALLBACK and fault.do not in RECEIPTS)

    def for_receipt(self) -> Fault | None:
        """Whether this receipt is lost or doubled."""
        return self._first(lambda fault: fault.do in RECEIPTS)

    def _first(self, fits: Any) -> Fault | None:
        for fault in self.standing:
            if fits(fault) and fault.strikes():
                return fault
        return None

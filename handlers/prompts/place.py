"""A place on the map, sent with the phone's own button."""

from dataclasses import dataclass

from handlers.prompts.prompt import Got, Json, Missed, Outcome, Prompt, Turn
from handlers.reading.choices import none
from handlers.said import Said


@dataclass(frozen=True)
class Spot:
    """A point (degrees, as the platform gave them) and its words."""

    latitude: float
    longitude: float
    label: str = ""


class Place(Prompt[Spot | None]):
    """A sent location, or None where it is passed over; `required` leaves no way around it."""

    takes = frozenset({"location", "text"})

    def __init__(self, key: str, *, required: bool = False, **params: object) -> None:
        super().__init__(key, **params)
        self.required = required
        self.optional = not required

    def ask(self, turn: Turn) -> str:
        """The question, and how to pass over it."""
        return self.question(turn) + ("" if self.required else "\n" + turn.chat.say("ask.or_none"))

    def read(self, turn: Turn, said: Said) -> Outcome:
        """The location."""
        if said.kind == "location" and said.latitude is not None and said.longitude is not None:
            return Got([said.latitude, said.longitude, said.label])
        if not self.required and none(said.text):
            return Got(None)
        return Missed(turn.chat.say("ask.again_place"))

    def from_json(self, turn: Turn, data: Json) -> Spot | None:
        """The point."""
        return None if data is None else Spot(*data)

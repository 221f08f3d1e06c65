"""The phones: who follows the account, and what the platform lets it send them now."""

from dataclasses import dataclass, field
from typing import Any

from simulator.clock import local_month
from simulator.errors import PlatformError

_TWO_DAYS = 48 * 3600
_ONE_MINUTE = 60


@dataclass(slots=True)
class Phone:
    """One person's WeChat. A phone without a role is a number in a crowd and not shown on the page."""

    openid: str
    name: str = ""
    role: str = ""
    icon: str = ""
    hints: list[str] = field(default_factory=list)
    following: bool = True
    followed_at: float = 0
    scene: str = ""
    blacklisted: bool = False
    receipt: str = "success"  # what the platform reports of a template: success, failed:user block, …
    message_at: float = float("-inf")
    message_left: int = 0
    event_at: float = float("-inf")
    event_left: int = 0
    mass_month: str = ""
    mass_count: int = 0
    tags: set[int] = field(default_factory=set)
    consents: dict[str, int] = field(default_factory=dict)

    def follow(self, now: float, scene: str = "") -> None:
        """Begin to follow, by a scene or without."""
        self.following, self.followed_at, self.scene = True, now, scene

    def unfollow(self) -> None:
        """Whoever leaves takes windows and consents along."""
        self.following = False
        self.message_at = self.event_at = float("-inf")
        self.consents.clear()

    def spoke(self, now: float, count: int) -> None:
        """Open the 48 hour window anew."""
        self.message_at, self.message_left = now, count

    def acted(self, now: float, count: int) -> None:
        """Open the one minute window of a click, a follow or a scan."""
        self.event_at, self.event_left = now, count

    def spend_window(self, now: float) -> None:
        """One customer-service message: 45015 outside every window, 45047 when the counts are used up."""
        by_event = now - self.event_at < _ONE_MINUTE
        by_message = now - self.message_at < _TWO_DAYS
        if by_event and self.event_left > 0:
            self.event_left -= 1
        elif by_message and self.message_left > 0:
            self.message_left -= 1
        else:
            raise PlatformError(45047 if by_event or by_message else 45015)

    def take_mass(self, now: float, most: int) -> bool:
        """Whether this month's count still lets a mass message through."""
        month = local_month(now)
        if self.mass_month != month:
            self.mass_month, self.mass_count = month, 0
        if not self.following or self.mass_count >= most:
            return False
        self.mass_count += 1
        return True

    def as_json(self) -> dict[str, Any]:
        """What the phones page and tests see of it."""
        return {
            "openid": self.openid,
            "name": self.name,
            "role": self.role,
            "icon": self.icon,
            "hints": self.hints,
            "following": self.following,
            "receipt": self.receipt,
            "consents": self.consents,
        }


class Phones:
    """All phones by openid, in the order they came."""

    def __init__(self) -> None:
        self._phones: dict[str, Phone] = {}
        self.followers: dict[str, None] = {}

    def __len__(self) -> int:
        return len(self._phones)

    def all(self) -> list[Phone]:
        """Every phone, the crowd too."""
        return list(self._phones.values())

    def shown(self) -> list[Phone]:
        """The phones with a role, which the page shows."""
        return [phone for phone in self._phones.values() if phone.role]

    def find(self, openid: object) -> Phone | None:
        """The phone of this openid, or None."""
        return self._phones.get(openid) if isinstance(openid, str) else None

    def add(self, phone: Phone) -> None:
        """Add or replace."""
        self._phones[phone.openid] = phone
        self.note(phone)

    def note(self, phone: Phone) -> None:
        """Keep the list of followers, which user/get pages through, in step."""
        if phone.following:
            self.followers.setdefault(phone.openid)
        else:
            self.followers.pop(phone.openid, None)

    def known(self, openid: object) -> Phone:
        """The phone of this openid, or 40003."""
        phone = self.find(openid)
        if phone is None:
            raise PlatformError(40003)
        return phone

    def reachable(self, openid: object) -> Phone:
        """Someone who follows and is not blacklisted, or the platform's refusal."""
        phone = self.known(openid)
        if not phone.following:
            raise PlatformError(43004)
        if phone.blacklisted:
            raise PlatformError(43019)
        return phone

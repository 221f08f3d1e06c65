"""Everything that a phone said or would show, in order, kept for tests and people to read."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from simulator.clock import local_text, utc_text

PUSHES = frozenset({"template", "subscribe", "custom", "mass"})


@dataclass(slots=True)
class Entry:
    """One line; direction "in" goes to the bot, "out" comes from it; `visible` says whether the phone shows it."""

    seq: int
    at: float
    openid: str
    direction: str
    kind: str
    text: str = ""
    title: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    url: str = ""
    msgid: int = 0
    client_msg_id: str = ""
    repeats: int = 0
    visible: bool = True
    template_id: str = ""
    extra: dict[str, Any] | None = None

    def as_json(self) -> dict[str, Any]:
        """The entry as tests and the page read it."""
        return {
            "seq": self.seq,
            "at": utc_text(self.at),
            "local": local_text(self.at),
            "openid": self.openid,
            "direction": self.direction,
            "kind": self.kind,
            "text": self.text,
            "title": self.title,
            "template_id": self.template_id,
            "fields": dict(self.fields),
            "url": self.url,
            "msgid": self.msgid,
            "client_msg_id": self.client_msg_id,
            "repeats": self.repeats,
            "visible": self.visible,
            **(self.extra or {}),
        }


class Ledger:
    """Append only; seq starts at 1. The one thing that changes later is how often an entry was repeated."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self._of_phone: defaultdict[str, list[Entry]] = defaultdict(list)
        self._shared: dict[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]] = {}

    @property
    def seq(self) -> int:
        """The number of the newest entry, 0 when there is none."""
        return len(self._entries)

    def add(self, at: float, openid: str, direction: str, kind: str, **more: Any) -> Entry:
        """Append an entry; `more` are fields of Entry."""
        fields = more.get("fields")
        if fields:  # a broadcast's fields are the same for everyone: keep them once
            if len(self._shared) > 10_000:
                self._shared.clear()
            more["fields"] = self._shared.setdefault(fields, fields)
        entry = Entry(len(self._entries) + 1, at, openid, direction, kind, **more)
        self._entries.append(entry)
        self._of_phone[openid].append(entry)
        return entry

    def since(self, seq: int, openid: str = "", kind: str = "", limit: int | None = None) -> Iterator[Entry]:
        """Entries after `seq`, oldest first, of one phone or one kind if asked."""
        if openid:
            found: Iterator[Entry] = (entry for entry in self._of_phone.get(openid, []) if entry.seq > seq)
        else:
            found = islice(self._entries, max(seq, 0), None)
        if kind:
            found = (entry for entry in found if entry.kind == kind)
        return islice(found, limit)

    def latest(self, openid: str, seq: int, most: int) -> list[Entry]:
        """The newest entries of a phone after `seq`, at most so many, oldest first."""
        return [entry for entry in self._of_phone.get(openid, [])[-most:] if entry.seq > seq]

    def summary(self) -> dict[str, Any]:
        """Counts by kind and by phone, and what a phone shows twice: the same push with the same words and page."""
        kinds: defaultdict[str, int] = defaultdict(int)
        phones: defaultdict[str, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
        shown: defaultdict[tuple[Any, ...], list[int]] = defaultdict(list)
        repeats = 0
        for entry in self._entries:
            kinds[entry.kind] += 1
            phones[entry.openid][entry.kind] += 1
            repeats += entry.repeats
            if entry.visible and entry.kind in PUSHES:
                same = (entry.openid, entry.kind, entry.title, entry.fields, entry.text, entry.url)
                shown[same].append(entry.seq)
        duplicates = [
            {"openid": same[0], "kind": same[1], "title": same[2], "text": same[4], "url": same[5], "seqs": seqs}
            for same, seqs in shown.items()
            if len(seqs) > 1
        ]
        return {
            "seq": self.seq,
            "kinds": kinds,
            "phones": phones,
            "repeats": repeats,
            "duplicates": duplicates,
        }

"""Reads `content/rules/*.toml` and the season of each `content/series/*.toml`: one file a rule, named for it; a wrong
word is named with its file, line and column."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path

from models.base.content import read_toml, written
from models.base.errors import Misconfigured, Refused
from models.base.texts import CONTENT, say
from models.calendar.language import Misread, entries_meant, read
from models.calendar.parts import in_parts
from models.calendar.quiet import BEGINS, ENDS
from models.calendar.vocabulary import OF_KIND, Dates
from models.calendar.when import read_hour
from models.messaging.audiences.language import read as read_audience
from models.messaging.broadcasts import Urgency
from models.messaging.wording.notices import notices, useful_life
from models.messaging.wording.series import SERIES_KEYS, all_series, read_series
from scheduler.rule import Named, Rule, SameDay

_NEEDED = ("when", "notice", "useful_for")
_OPTIONS = ("hour", "same_day", "urgency", "until", "all_grades")
_KNOWN = (*_NEEDED, "audience", *_OPTIONS)
_SERIES_NEEDED = (*SERIES_KEYS, "when", "useful_for")
_SERIES_KNOWN = (*_SERIES_NEEDED, *_OPTIONS)
_BY_RULE = (Urgency.ORDINARY, Urgency.IMPORTANT)
"""What a calendar sends by itself never rings at night."""


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule and every series, by the name of its file. Raises Misconfigured."""
    known: dict[str, Rule] = {}
    for rule in (*load(CONTENT / "rules"), *load_series(CONTENT / "series")):
        if rule.name in known:
            raise Misconfigured(say("rule_file.name_taken", name=rule.name))
        known[rule.name] = rule
    by_rule = {rule.notice for rule in known.values() if not rule.parts}
    for rule in known.values():
        for part in by_rule.intersection(rule.parts):
            raise Misconfigured(say("rule_file.part_taken", name=rule.name, part=part))
    return tuple(known[name] for name in sorted(known))


def load(folder: Path) -> Iterator[Rule]:
    """Every rule of a folder. Raises Misconfigured naming the file, the line and the word."""
    for path in sorted(folder.glob("*.toml")):
        yield _Page(path).rule()


def load_series(folder: Path) -> Iterator[Rule]:
    """Every series of a folder as the rule that sends its parts in order. Raises as `load`."""
    for path in sorted(folder.glob("*.toml")):
        yield _Page(path).series()


def titles() -> dict[str, str]:
    """How each rule is called to people, by its name: the title of its notice, or of its series."""
    return {
        rule.name: all_series()[rule.name].title if rule.parts else notices()[rule.notice].title for rule in rules()
    }


class _Page:
    """One file, and where in it everything stands."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._text = written(path)
        self._facts = read_toml(path, self._text)

    def rule(self) -> Rule:
        self._keys(_NEEDED, _KNOWN)
        return self._rule(self._notice(self._word("notice"), "notice"), self._audience())

    def series(self) -> Rule:
        self._keys(_SERIES_NEEDED, _SERIES_KNOWN)
        series = read_series(self._path)
        parts = tuple(self._notice(part, "notices") for part in series.notices)
        found = self._rule(parts[0], f"年龄段 in ({', '.join(series.bands)})")
        if found.births:
            raise self._wrong("when", say("rule_file.no_birthday"))
        return replace(found, when=in_parts(found.when, parts), parts=parts)

    def _keys(self, needed: Sequence[str], known: Sequence[str]) -> None:
        for key in needed:
            if key not in self._facts:
                raise Misconfigured(say("content_file.lacks", file=self._path.name, key=key))
        for key in self._facts:
            if key not in known:
                raise self._wrong(key, say("rule_file.unknown", said=key, known="、".join(known)))

    def _rule(self, notice: str, audience: str) -> Rule:
        hour = self._hour()
        found = self._when(hour)
        return Rule(
            name=self._path.stem,
            when=found.when,
            hour=hour or ENDS,
            notice=notice,
            useful_for=self._life(),
            audience=audience,
            same_day=SameDay(self._one_of("same_day", tuple(SameDay), SameDay.WAIT)),
            urgency=Urgency(word) if (word := self._one_of("urgency", _BY_RULE, "")) else None,
            until=self._until(),
            births=found.births,
            all_grades=self._yes("all_grades"),
            named=tuple(self._named()),
        )

    def _when(self, hour: time | None) -> Dates:
        try:
            found = read(self._word("when"))
        except Misread as error:
            raise self._wrong("when", error.why, error.at) from error
        if hour is None and None in found.hours:
            raise self._wrong("when", say("rule_file.no_hour"))
        for each in found.hours:
            if each is not None:
                self._by_day("when", each)
        return found

    def _named(self) -> Iterator[Named]:
        for meant in entries_meant(self._word("when")):
            yield Named(OF_KIND[meant.word], meant.name, meant.said, self._place("when", meant.at))

    def _hour(self) -> time | None:
        if "hour" not in self._facts:
            return None
        try:
            hour = read_hour(self._word("hour"))
        except ValueError:
            raise self._wrong("hour", say("rule_file.hour")) from None
        self._by_day("hour", hour)
        return hour

    def _by_day(self, key: str, hour: time) -> None:
        if not ENDS <= hour < BEGINS:
            raise self._wrong(
                key, say("rule_file.night", hour=f"{hour:%H:%M}", begins=f"{BEGINS:%H:%M}", ends=f"{ENDS:%H:%M}")
            )

    def _notice(self, name: str, key: str) -> str:
        if name not in notices():
            raise self._wrong(key, say("rule_file.no_notice", notice=name))
        return name

    def _life(self) -> timedelta:
        try:
            return useful_life(self._word("useful_for"))
        except ValueError as error:
            raise self._wrong("useful_for", str(error)) from error

    def _audience(self) -> str:
        if "audience" not in self._facts:
            return ""
        text = self._word("audience")
        try:
            read_audience(text)
        except Refused as error:
            raise self._wrong("audience", say(error.key, **error.params)) from error
        return text

    def _until(self) -> date | None:
        day = self._facts.get("until")
        if day is not None and (not isinstance(day, date) or isinstance(day, datetime)):
            raise self._wrong("until", say("rule_file.until"))
        return day

    def _yes(self, key: str) -> bool:
        found = self._facts.get(key, False)
        if not isinstance(found, bool):
            raise self._wrong(key, say("rule_file.switch", key=key))
        return found

    def _one_of(self, key: str, known: Sequence[str], otherwise: str) -> str:
        if key not in self._facts:
            return otherwise
        if self._word(key) not in known:
            raise self._wrong(key, say("rule_file.unknown", said=self._word(key), known="、".join(known)))
        return self._word(key)

    def _word(self, key: str) -> str:
        if not isinstance(self._facts[key], str):
            raise self._wrong(key, say("rule_file.text", key=key))
        return str(self._facts[key])

    def _wrong(self, key: str, why: str, at: int | None = None) -> Misconfigured:
        """The fault of a key, or of the character at `at` of its value, with the place in the file."""
        return Misconfigured(say("rule_file.fault", place=self._place(key, at), why=why))

    def _place(self, key: str, at: int | None) -> str:
        """File and line of a key; of a character of its value the column as well."""
        found = re.search(rf"^[ \t]*{re.escape(key)}[ \t]*=", self._text, re.M)
        place = found.start() if found else 0
        if found and at is not None:
            value = self._text.find(self._word(key), found.end())
            place = value + at if value >= 0 else place
        line = self._text.count("\n", 0, place) + 1
        column = place - (self._text.rfind("\n", 0, place) + 1) + 1
        return f"{self._path.name}:{line}:{column}" if at is not None else f"{self._path.name}:{line}"

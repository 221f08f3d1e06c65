"""The words of `when` as an administrator writes them: within(flood_season).weekly("fri 16:00").not_on(makeup_day)."""

import re
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from itertools import accumulate
from typing import Any

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedInput, UnexpectedToken

from models.base.texts import say
from models.calendar import when
from models.calendar.vocabulary import KINDS, OF_KIND, WORDS, Dates, Days

LONGEST = 500
DEEPEST = 20
"""Brackets within brackets."""
_STEPS = {"(": 1, ")": -1}
FURTHEST_DAYS = 180
"""`before` and `after` reach no further: a calendar is read that far around."""

_GRAMMAR = r"""
start: either
either: both ("or" both)*
both: one ("and" one)*
?one: atom chained*                 -> chain
?atom: WORD [arguments] | "(" either ")"
chained: "." WORD [arguments]
arguments: "(" [argument ("," argument)*] ")"
?argument: either | length | NUMBER | TEXT
length: NUMBER UNIT
UNIT: /(day|week)s?(?![a-z_])/
WORD: /(?!(and|or)(?![a-z_]))[a-z_]+/
NUMBER: /\d+/
TEXT: /"[^"\n]*"|'[^'\n]*'/
%ignore /\s+/
"""


class Misread(Exception):
    """What was written cannot be read. `at`: where in the text; `why`: in the reader's words."""

    def __init__(self, at: int, why: str) -> None:
        super().__init__(why)
        self.at = at
        self.why = why


@dataclass(frozen=True)
class Meant:
    """Entries of a calendar that a text speaks of by a word and perhaps their name. `at`: where in the text."""

    word: str
    name: str
    at: int

    @property
    def said(self) -> str:
        """As it stands there."""
        return f'{self.word}("{self.name}")' if self.name else self.word


def read(text: str) -> Dates:
    """The days, and the hours, that a text says. Raises Misread at the word that is wrong."""
    if len(text) > LONGEST:
        raise Misread(LONGEST, say("when.too_long", most=LONGEST))
    depths = accumulate(_STEPS.get(sign, 0) for sign in text)
    if (at := next((at for at, depth in enumerate(depths) if depth > DEEPEST), None)) is not None:
        raise Misread(at, say("when.too_deep", most=DEEPEST))
    try:
        tree = _parser().parse(text)
    except UnexpectedInput as error:
        raise _stuck(error, text) from error
    return _dates(_value(tree.children[0]), tree)


def entries_meant(text: str) -> list[Meant]:
    """Of which entries of a calendar a text that can be read speaks, in order."""
    found = []
    for node in _parser().parse(text).iter_subtrees():
        if not node.children:
            continue
        word, *rest = node.children
        if isinstance(word, Token) and word.type == "WORD" and word in OF_KIND:
            inside = rest[0].children if rest and isinstance(rest[0], Tree) else []
            name = next((each[1:-1] for each in inside if isinstance(each, Token) and each.type == "TEXT"), "")
            found.append(Meant(str(word), name, word.start_pos or 0))
    return sorted(found, key=lambda meant: meant.at)


@cache
def _parser() -> Lark:
    return Lark(_GRAMMAR, parser="lalr", lexer="contextual", maybe_placeholders=True, propagate_positions=True)


def _value(node: Any) -> Any:
    if isinstance(node, Token):
        return int(node) if node.type == "NUMBER" else node[1:-1]
    parts = [part for part in node.children if part is not None]
    if node.data == "length":
        count = int(parts[0]) * (7 if parts[1].startswith("week") else 1)
        if count > FURTHEST_DAYS:
            raise Misread(parts[0].start_pos, say("when.too_far", said=f"{parts[0]} {parts[1]}", most=FURTHEST_DAYS))
        return Days(count)
    if node.data in ("either", "both"):
        values = [_value(part) for part in parts]
        if len(values) == 1:
            return values[0]
        dates = [_dates(value, part) for value, part in zip(values, parts, strict=True)]
        if node.data == "both":
            return Dates(when.both(*(each.when for each in dates)), dates[0].hours, births=dates[0].births)
        if any(each.births for each in dates):
            raise Misread(_start(parts[1]), say("when.birthday_alone"))
        return Dates(when.either(*(each.when for each in dates)), frozenset().union(*(each.hours for each in dates)))
    if node.data == "chain":
        made = _value(parts[0])
        for each in parts[1:]:
            made = _said(each.children[0], each.children[1], made)
        return made
    return _said(parts[0], parts[1] if len(parts) > 1 else None, None)


def _said(name: Token, arguments: Tree[Token] | None, of: Any) -> Any:
    """One word with its arguments; `of` is what stands before its dot."""
    word, at = WORDS.get(name), name.start_pos or 0
    if word is None:
        near = get_close_matches(name, WORDS, n=2, cutoff=0.5)
        if near:
            raise Misread(at, say("when.no_word_near", word=name, near=" / ".join(near)))
        raise Misread(at, say("when.no_word", word=name))
    if word.on is None and of is not None:
        raise Misread(at, say("when.not_after_dot", word=name, example=word.example))
    if word.on is not None and not isinstance(of, word.on):
        raise Misread(at, say("when.after_dot", word=name, what=say(KINDS[word.on]), example=word.example))
    nodes = [node for node in arguments.children if node is not None] if arguments is not None else []
    given = [_value(node) for node in nodes]
    least = 0 if word.optional else len(word.takes)
    if not least <= len(given) <= len(word.takes):
        raise Misread(at, say("when.how_many", word=name, count=len(word.takes), example=word.example))
    for value, node, kind in zip(given, nodes, word.takes, strict=False):
        if not isinstance(value, kind):
            raise Misread(_start(node), say("when.wants", word=name, what=say(KINDS[kind]), example=word.example))
    try:
        return word.makes(*([of] if word.on else []), *given)
    except (ValueError, OverflowError):
        raise Misread(at, say("when.no_such_day", word=name, example=word.example)) from None


def _dates(value: Any, node: Any) -> Dates:
    if not isinstance(value, Dates):
        raise Misread(_start(node), say("when.wants_dates", what=say(KINDS[Dates]), example=WORDS["before"].example))
    return value


def _start(node: Any) -> int:
    return (node.start_pos if isinstance(node, Token) else node.meta.start_pos) or 0


def _stuck(error: UnexpectedInput, text: str) -> Misread:
    if isinstance(error, UnexpectedToken) and error.token.type == "$END":
        return Misread(len(text), say("when.unfinished"))
    at = int(error.pos_in_stream or 0)
    word = re.match(r"\w+|.", text[at:])
    if word and not word[0].isascii():  # a name without its quotation marks, or marks of a Chinese keyboard
        return Misread(at, say("when.unreadable_chinese", word=word[0]))
    return Misread(at, say("when.unreadable", word=word[0] if word else ""))

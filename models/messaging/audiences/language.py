"""The audience language: 学校=柳溪小学 and 年龄段=6-12 and (在家=是 or 类别 in (留守, 孤儿)), also with 且 或 非."""

from functools import cache
from itertools import accumulate

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from models.base.errors import Refused
from models.base.texts import say
from models.messaging.audiences.mistakes import mistake
from models.messaging.audiences.terms import Both, Either, Field, Is, Node, Not, canonical, known_values

LONGEST = 500
_DEEPEST = 20
_STEPS = {"(": 1, ")": -1}

# A word ends where 且, 或, and, or begin another comparison, so that nothing need be set apart by spaces;
# 且末小学 stays one word, because no comparison follows its first character.
_SIGN = r"""[^\s()=!<>≠,"']"""
_BEGINS_ANOTHER = (
    r"(?:且|或|and|or)\s*(?:(?:非|not)\s*)?(?:\(\s*)*" rf"(?:(?!且|或){_SIGN})+" r"\s*(?:=|!=|<>|≠|in\s*\()|in\s*\("
)
_GRAMMAR = rf"""
start: either
either: both (_OR both)*
both: single (_AND single)*
?single: _NOT single                                   -> negation
       | _OPEN either _CLOSE
       | WORD _EQ value                                -> equal
       | WORD _NE value                                -> unequal
       | WORD _IN _OPEN value (_COMMA value)* _CLOSE   -> equal
?value: WORD | QUOTED

_AND: /且|and/i
_OR: /或|or/i
_NOT.2: /非|not(?=[\s(])/i
_IN: /in(?=[\s(])/i
_EQ: "=" | "=="
_NE: "!=" | "<>" | "≠"
_OPEN: "("
_CLOSE: ")"
_COMMA: ","
QUOTED: /"[^"]+"|'[^']+'/
WORD: /{_SIGN}(?:(?!{_BEGINS_ANOTHER}){_SIGN})*/i
%ignore /\s+/
"""
_HALF = {0xFF01 + n: 0x21 + n for n in range(94)} | {0x3000: " ", ord("、"): ","}
_HALF |= {**dict.fromkeys(map(ord, "“”"), '"'), **dict.fromkeys(map(ord, "‘’"), "'")}
_FIELDS = {"区县": Field.COUNTY, "县": Field.COUNTY, "班": Field.CLASS} | {each.value: each for each in Field}
_WANTED = {
    "_EQ": "audience.want_operator",
    "_COMMA": "audience.want_close",
    "_CLOSE": "audience.want_close",
    "_AND": "audience.want_joint",
    "$END": "audience.want_joint",
    "_OPEN": "audience.want_open",
}


def is_language(text: str) -> bool:
    """Whether somebody wrote comparisons, and not just words one after the other."""
    return any(sign in text.translate(_HALF) for sign in ("=", "≠", "<>")) or "in(" in text.replace(" ", "").lower()


def read(text: str) -> Node:
    """The expression that a text says. Raises Refused `audience.wrong`, `audience.too_long`, `audience.too_deep`."""
    if len(text) > LONGEST:
        raise Refused("audience.too_long", most=LONGEST)
    text = "".join(" " if sign.isspace() else sign for sign in text)
    deepest = max(accumulate(_STEPS.get(sign, 0) for sign in text.translate(_HALF)), default=0)
    if deepest > _DEEPEST:
        raise Refused("audience.too_deep", most=_DEEPEST)
    try:
        tree = _parser().parse(text.translate(_HALF))
    except UnexpectedInput as error:
        raise _misread(text, error) from error
    return _node(tree, text)


@cache
def _parser() -> Lark:
    return Lark(_GRAMMAR, parser="lalr", lexer="contextual")


def _node(tree: Tree[Token], text: str) -> Node:
    if tree.data in ("equal", "unequal"):
        tokens = [each for each in tree.children if isinstance(each, Token)]
        found = _comparison(tokens[0], tokens[1:], text)
        return found if tree.data == "equal" else Not(found)
    parts = [_node(each, text) for each in tree.children if isinstance(each, Tree)]
    if tree.data == "negation":
        inner = parts[0]
        return inner.inner if isinstance(inner, Not) else Not(inner)
    if len(parts) == 1:
        return parts[0]
    kind = Either if tree.data == "either" else Both
    flat: list[Node] = []
    for part in parts:
        flat += part.parts if isinstance(part, kind) else [part]
    return kind(tuple(flat))


def _comparison(name: Token, tokens: list[Token], text: str) -> Is:
    field = _FIELDS.get(str(name))
    if field is None:
        why = say("audience.no_field", said=str(name))
        raise mistake(text, _at(name), len(name), why, [each.value for each in Field], str(name))
    values = []
    for token in tokens:
        said = text[_at(token) : _at(token) + len(token)]
        if token.type == "QUOTED":
            said = said[1:-1]
        value = canonical(field, said)
        if value is None:
            why = say("audience.no_value", field=field.value, said=said)
            raise mistake(text, _at(token), len(token), why, known_values(field), said)
        values.append(value)
    return Is(field, tuple(dict.fromkeys(values)), tuple(map(_at, tokens)) if len(set(values)) == len(values) else ())


def _at(token: Token) -> int:
    return token.start_pos or 0


def _misread(text: str, error: UnexpectedInput) -> Refused:
    wanted: set[str] = set()
    at, length = len(text), 1
    if isinstance(error, UnexpectedToken):
        wanted = set(error.accepts or error.expected)
        if error.token.type != "$END":
            at, length = _at(error.token), len(error.token)
    elif isinstance(error, UnexpectedCharacters):
        wanted, at = set(error.allowed or ()), int(error.pos_in_stream or 0)
    half = text.translate(_HALF)
    if half[at : at + 1] in ('"', "'"):
        return mistake(text, at, length, say("audience.want_quotes"))
    if sum(_STEPS.get(sign, 0) for sign in half[:at]) <= 0:  # the parser takes the same steps within brackets
        wanted -= {"_COMMA", "_CLOSE"}
    key = next((key for name, key in _WANTED.items() if name in wanted and "WORD" not in wanted), "audience.want_word")
    return mistake(text, at, length, say(key))

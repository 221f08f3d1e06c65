"""Five hundred planted names, phones and numbers of a roster, and how they are looked for in whatever was kept."""

import re
from collections.abc import Sequence
from urllib.parse import quote

from sqlmodel import col, select

from models.base.store import Store
from models.roster.accounts import Account, heard
from models.roster.children import Child
from models.roster.consent import give_consent
from models.roster.ties import Pairing
from tests.roster.sheets import HEAD, many

PLANTED, CHILDREN = 500, 160
_MARK = "甪甡"
"""It makes every name unmistakable."""
_MARKS = (_MARK.encode(), _MARK.encode("unicode_escape"), quote(_MARK).encode(), quote(_MARK).lower().encode())
"""As it is, as JSON writes it, as an address does."""
_NUMBER = re.compile(rb"(?=(1[0-9]{10}|G[0-9]{17}))")
_NAMES = ("学生姓名", "监护人1姓名", "监护人2姓名", "帮扶教师姓名")
_NUMBERS = ("监护人1手机", "监护人2手机", "帮扶教师手机", "学籍号")


class Planted:
    """`rows` of a roster; `secrets` are whatever in them must not be found again."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, ...]] = []
        self.secrets: set[str] = set()
        for row in many(CHILDREN):
            cells = list(row)
            for column in _NAMES:
                cells[HEAD.index(column)] += _MARK
            self.rows.append(tuple(cells))
            self.secrets |= {cells[HEAD.index(column)] for column in (*_NAMES, *_NUMBERS)}
        assert len(self.secrets) >= PLANTED

    def broken(self) -> list[tuple[str, ...]]:
        """The same rows, each child with a name that cannot be."""
        at = HEAD.index("学生姓名")
        return [(*row[:at], "王3", *row[at + 1 :]) for row in self.rows]

    def found_in(self, kept: bytes) -> list[str]:
        """What of the secrets stands there."""
        numbers = {each.decode() for each in _NUMBER.findall(kept)} & self.secrets
        return sorted(numbers) + [mark.decode() for mark in _MARKS if mark in kept]


def bound_mentors(store: Store, phones: Sequence[str]) -> list[tuple[str, str]]:
    """Binds these phones to mentors, who agree; each with the name of a child of theirs."""
    with store.write() as session:
        ties = session.exec(select(Pairing).order_by(col(Pairing.id)).limit(len(phones))).all()
        found = []
        for openid, tie in zip(phones, ties, strict=True):
            heard(session, openid, spoke=True)
            session.get_one(Account, openid).person_id = tie.person_id
            give_consent(session, tie.person_id)
            found.append((openid, session.get_one(Child, tie.child_id).name))
    return found


def said_about(child: str) -> tuple[str, ...]:
    """What a mentor writes of a child: a visit, a look back, and words of danger."""
    return (f"家访 {child} 今天 {child}的奶奶腿疼", "1", f"走访记录 {child}", "我的孩子", f"{child}说不想活了", child)

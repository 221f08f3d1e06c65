"""三知三多三沟通 (domain.md M5): the nine cells a contact can cover, and a guess of them from its words."""

import re
from collections.abc import Iterable
from enum import StrEnum


class Coverage(StrEnum):
    """The nine cells, three to a row."""

    SELF = "个人情况"
    FAMILY = "家庭情况"
    STUDY = "学习情况"
    TALK = "谈心沟通"
    ACTIVITY = "参加集体活动"
    HOME_VISIT = "到家走访"
    PARENT = "联系父母"
    CARER = "联系托管人"
    CLASS_TEACHER = "联系班主任"


ROWS: dict[str, tuple[Coverage, ...]] = {
    "三知": (Coverage.SELF, Coverage.FAMILY, Coverage.STUDY),
    "三多": (Coverage.TALK, Coverage.ACTIVITY, Coverage.HOME_VISIT),
    "三沟通": (Coverage.PARENT, Coverage.CARER, Coverage.CLASS_TEACHER),
}
"""The cells by row, as letter 001 names them."""

_HINTS: dict[Coverage, re.Pattern[str]] = {
    Coverage.SELF: re.compile(
        "身体|生病|感冒|发烧|咳嗽|情绪|性格|吃饭|睡|个子|瘦|胖|卫生|牙|眼睛|开朗|内向|状态|情况良好"
    ),
    Coverage.FAMILY: re.compile("家里|家中|家庭|房子|收入|奶奶|爷爷|外婆|外公|姥|低保|务工|打工|住院|腿疼|离婚"),
    Coverage.STUDY: re.compile("学习|作业|成绩|考试|语文|数学|英语|背书|课文|上课|课堂|写字|看书|阅读|功课"),
    Coverage.TALK: re.compile("谈心|聊|说心里话|谈了|谈话|交心|鼓励|开导"),
    Coverage.ACTIVITY: re.compile("活动|比赛|运动会|生日会|演出|少年宫|春游|研学"),
    Coverage.PARENT: re.compile("爸爸|妈妈|父亲|母亲|父母|家长"),
    Coverage.CARER: re.compile("奶奶|爷爷|外婆|外公|姥姥|姥爷|托管|姑姑|姨|叔叔|伯伯|婶|舅"),
    Coverage.CLASS_TEACHER: re.compile("班主任|科任|任课"),
}


def coverage_of(words: str, *sure: Coverage) -> list[Coverage]:
    """The cells that words seem to cover, with those that are `sure`, in order: a guess that the mentor looks at."""
    found = {cell for cell, hint in _HINTS.items() if hint.search(words)}
    return [cell for cell in Coverage if cell in found or cell in sure]


def cells_of(covered: Iterable[Coverage]) -> str:
    """Cells as they are kept: their names in order."""
    return ",".join(sorted({cell.name for cell in covered}, key=list(Coverage.__members__).index))

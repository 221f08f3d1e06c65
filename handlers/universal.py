"""Words that mean the same everywhere in a conversation."""

from enum import Enum

from handlers.reading.plain import plain


class Universal(Enum):
    """What a person may always say, with the other ways of saying it."""

    BACK = ("返回", "上一步", "退回", "返迴")
    CANCEL = ("取消", "不记了", "不弄了", "退出", "算了", "算了吧")
    UNDO = ("撤销", "撤回", "撤銷", "撤消")
    HELP = ("帮助", "怎么用", "菜单", "幫助", "功能", "help")
    HUMAN = ("人工", "转人工", "找人", "找人问问", "问老师", "客服", "找老师", "我要投诉", "投诉")
    RESUME = ("继续", "接着记", "接着", "繼續")
    RESTART = ("重来", "重新来", "重新开始", "从头来", "重來")


_MEANING = {word: meaning for meaning in Universal for word in meaning.value}


def universal(text: str) -> Universal | None:
    """What the whole text means everywhere, or None; ? and ？ ask for help."""
    said = plain(text)
    if not said and text.strip() and not text.strip().strip("?？"):
        return Universal.HELP
    return _MEANING.get(said)

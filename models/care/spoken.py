"""What somebody says, without what could hide it: width, case, spaces, signs, emoji, and traditional characters."""

import unicodedata

_TRADITIONAL = (
    "殺輕樓農藥遺書強姦褻綁離媽爺師們傷殘尋見著沒義夠結盡裡裏脫褲禮賣脅蹤丟觸電進長園導輔員講練領學記務還擊毆壓嚇頭"
    "體親過會這個來誰樣嗎對說幫兒災燒氣車禍張劉陳楊趙黃吳孫馬羅鄭謝韓馮鄧許蘇蔣葉"
)
_SIMPLIFIED = (
    "杀轻楼农药遗书强奸亵绑离妈爷师们伤残寻见着没义够结尽里里脱裤礼卖胁踪丢触电进长园导辅员讲练领学记务还击殴压吓头"
    "体亲过会这个来谁样吗对说帮儿灾烧气车祸张刘陈杨赵黄吴孙马罗郑谢韩冯邓许苏蒋叶"
)
_FOLD = str.maketrans(_TRADITIONAL, _SIMPLIFIED)


def folded(text: str) -> str:
    """In one width and case and in simplified characters; everything else stays where it is."""
    return unicodedata.normalize("NFKC", text).lower().translate(_FOLD)


def bare(text: str) -> str:
    """`folded`, letters and digits only: no sign, mark or space is left between two characters."""
    return "".join(c for c in folded(text) if unicodedata.category(c)[0] in "LN")

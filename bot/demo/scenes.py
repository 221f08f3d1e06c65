"""The days of the script on which people do something: what they type, and the words that must come back."""

from collections.abc import Callable
from datetime import date, datetime, time

from bot.demo.expected import Event
from bot.demo.families import join_all
from bot.demo.playing import Playing
from models.base.clock import at_local
from models.base.texts import say
from models.messaging.wording.notices import notices

TEACHER, GRANDMOTHER, FATHER = "demo-teacher", "demo-grandmother", "demo-father"
ADMIN, APPROVER, CLASS_TEACHER = "demo-admin", "demo-approver", "demo-class-teacher"
FRIDAY, SATURDAY = date(2026, 9, 4), date(2026, 9, 5)
SUNDAY, MONDAY = date(2026, 9, 6), date(2026, 9, 7)
TUESDAY = date(2026, 9, 29)
NOTICE, ITS_WORDS = "heat", "高温"


class NotShown(Exception):
    """A phone did not show what it had to; the message says which phone, after what, and what it showed."""


def visits(playing: Playing) -> list[Event]:
    """A visit in one line; a guided one with two steps back, a photo and a next day; one taken back."""
    _hears(playing, TEACHER, "家访 张小满 今天 情况良好 奶奶腿疼", "请看对不对")
    _hears(playing, TEACHER, "1", "记下了")
    for words in ("家访", "李禾苗", "昨天", "返回", "返回", "李禾苗", "今天"):
        _hears(playing, TEACHER, words)
    playing.hand.photo(TEACHER, "yard")
    for words in ("作业写完了，爷爷咳嗽", "0", "1", "1"):
        _hears(playing, TEACHER, words)
    _hears(playing, TEACHER, "1", "记下了")
    _hears(playing, TEACHER, "电话 张小川 今天 说了作业", "请看对不对")
    _hears(playing, TEACHER, "1", "记下了")
    _hears(playing, TEACHER, "撤销", "张小川")
    _hears(playing, TEACHER, "走访记录 李禾苗", "爷爷咳嗽")
    playing.house.media.run_once()
    return []


def notice(playing: Playing) -> list[Event]:
    """A notice from the draft to the answers, with a trial and a second person's word."""
    _hears(playing, ADMIN, "发通知", say("announce.own"))
    _hears(playing, ADMIN, ITS_WORDS, "发给谁")
    _hears(playing, ADMIN, "1", "发不到")
    _hears(playing, ADMIN, "1", "请人审批")
    _hears(playing, ADMIN, "2", "审批")
    playing.settle()
    _hears(playing, APPROVER, "审批", "在外")
    _hears(playing, APPROVER, "1", "正在发")
    playing.settle()
    _hears(playing, GRANDMOTHER, "1", "记下了")
    _presses(playing, FATHER, "安全提示", say("page.acknowledged"))
    _hears(playing, ADMIN, "进度", notices()[NOTICE].title)
    _hears(playing, ADMIN, "1", "已知晓 2")
    _hears(playing, ADMIN, "电话名单", notices()[NOTICE].title)
    _hears(playing, ADMIN, "1", "没绑定")
    title = notices()[NOTICE].title
    let_go = say("announce.let_go", title=title, name="李文静").splitlines()[0]
    please_call = say("calls.please", title=title).splitlines()[0]
    return [
        (ADMIN, NOTICE, FRIDAY),
        (ADMIN, NOTICE, FRIDAY),
        (APPROVER, say("announce.to_approve"), FRIDAY),
        (ADMIN, let_go, FRIDAY),
        (GRANDMOTHER, NOTICE, FRIDAY),
        (FATHER, NOTICE, FRIDAY),
        # Thirteen guardians have no WeChat yet: the mentor calls seven of them, the administrator the others.
        (TEACHER, please_call, FRIDAY),
        (ADMIN, please_call, FRIDAY),
    ]


def the_others_bind(playing: Playing) -> list[Event]:
    """The other families bind over the weekend; from here on nobody has to be phoned."""
    join_all(playing)
    return []


def lesson(playing: Playing) -> list[Event]:
    """The lesson's page is opened and its button pressed; the father says it in the chat."""
    _presses(playing, GRANDMOTHER, "家庭教育", say("page.finished"))
    _hears(playing, FATHER, "学完了")
    return []


def evening_after(playing: Playing) -> list[Event]:
    """The question about the homework is answered; then words of danger, and the class teacher knows at once."""
    _hears(playing, GRANDMOTHER, "1")
    _hears(playing, FATHER, "3")
    _hears(playing, GRANDMOTHER, "小满说不想活了", "110")
    playing.settle()
    _hears(playing, CLASS_TEACHER, "预警", "不想活了")
    return [(CLASS_TEACHER, say("alert.title"), MONDAY)]


def duty(playing: Playing) -> list[Event]:
    """Before 国庆节 the class teacher says that her thirty minutes are done, with a photo; the others she leaves."""
    _hears(playing, CLASS_TEACHER, "任务", "放假前讲30分钟")
    for words in ("1", "42", "今天"):
        _hears(playing, CLASS_TEACHER, words)
    playing.hand.photo(CLASS_TEACHER, "yard")
    _hears(playing, CLASS_TEACHER, "好了", "照片1张")
    _hears(playing, CLASS_TEACHER, "1", "做完了")
    _hears(playing, ADMIN, "完成率", "1/1")
    playing.house.media.run_once()
    return []


SCENES: tuple[tuple[datetime, Callable[[Playing], list[Event]]], ...] = (
    (at_local(FRIDAY, time(10, 5)), visits),
    (at_local(FRIDAY, time(10, 30)), notice),
    (at_local(SATURDAY, time(10, 0)), the_others_bind),
    (at_local(SUNDAY, time(19, 45)), lesson),
    (at_local(MONDAY, time(20, 0)), evening_after),
    (at_local(TUESDAY, time(10, 30)), duty),
)
"""When, and what happens then; each returns the pushes it brings about."""


def _hears(playing: Playing, openid: str, words: str, wanted: str = "") -> None:
    """Types words and holds the answer against what it must contain."""
    answer = playing.hand.say(openid, words)
    if not answer or wanted not in answer:
        raise NotShown(say("demo.not_heard", phone=openid, words=words, wanted=wanted, answer=answer))


def _presses(playing: Playing, openid: str, title: str, wanted: str) -> None:
    """Opens the latest card of a title on a phone and presses the button of its page."""
    cards = [seen for seen in playing.hand.ledger() if seen.openid == openid and seen.title == title]
    if not cards:
        raise NotShown(say("demo.no_card", phone=openid, title=title))
    page = playing.hand.press(openid, cards[-1].url)
    if wanted not in page:
        raise NotShown(say("demo.not_on_page", phone=openid, title=title, wanted=wanted))

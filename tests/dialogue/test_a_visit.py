"""林老师 logs a visit: in one line, step by step, with second thoughts."""

from datetime import date

from tests.dialogue.conftest import Phone, World


def test_one_line_is_read_back_and_kept(world: World, lin: Phone) -> None:
    ids = world.pupils("张三（三1班）", "小川（四2班）")
    assert lin.types("家访 张三 今天 情况良好 奶奶腿疼 需跟进") == (
        "请看对不对：\n张三（三1班） · 6月9日 · 家访\n“情况良好 奶奶腿疼 需跟进”\n1 对，记下　2 改一处"
    )
    assert world.entries() == []
    assert lin.types("1") == "记下了：张三（三1班）"
    [entry] = world.entries()
    assert (entry.pupil_id, entry.day, entry.way) == (ids["张三（三1班）"], date(2026, 6, 9), "HOME")
    assert world.note(entry) == "情况良好 奶奶腿疼 需跟进"


def test_words_of_the_line_come_in_any_order(world: World, lin: Phone) -> None:
    world.pupils("张三", "小川")
    answer = lin.types("走访 昨天 作业写完了 电话 小川")
    assert "小川 · 6月8日 · 电话\n“作业写完了”" in answer


def test_the_line_may_come_without_spaces(world: World, lin: Phone) -> None:
    world.pupils("张三", "小川")
    assert "张三 · 6月9日 · 家访\n“情况良好，作业写完了”" in lin.types("家访张三今天情况良好，作业写完了")


def test_step_by_step(world: World, lin: Phone) -> None:
    world.pupils("小川", "小满")
    assert lin.types("走访") == "看望了哪个孩子？回数字。\n1 小川\n2 小满"
    assert lin.types("２") == "看望是哪一天？\n1 今天　2 昨天\n别的日子直接写，如 6月3号"
    assert lin.types("上周三").startswith("怎么看望的？\n1 家访")
    assert lin.types("④") == "看到了什么？"
    assert "小满 · 6月3日 · 视频\n“奶奶腿疼”" in lin.types("奶奶腿疼")
    assert lin.types("对") == "记下了：小满"


def test_two_children_of_one_name_are_a_choice_between_the_two(world: World, lin: Phone) -> None:
    ids = world.pupils("张三（三1班）", "张三（五2班）", "小川（四2班）")
    assert lin.types("家访 张三 昨天 情况良好") == "看望了哪个孩子？回数字。\n1 张三（三1班）\n2 张三（五2班）"
    assert "张三（五2班） · 6月8日 · 家访\n“情况良好”" in lin.types("2")
    lin.types("1")
    assert world.entries()[0].pupil_id == ids["张三（五2班）"]


def test_a_number_means_the_child_that_stood_there_when_it_was_asked(world: World, lin: Phone) -> None:
    ids = world.pupils("小川", "小满")
    lin.types("走访")
    world.pupils("小安")  # would now be the first of the list
    lin.types("1", "今天", "1", "很好", "1")
    assert world.entries()[0].pupil_id == ids["小川"]


def test_day_ahead_is_refused_in_words(world: World, lin: Phone) -> None:
    world.pupils("小川", "小满")
    assert lin.types("走访 小满", "明天").startswith("6月10日还没到。\n看望是哪一天？")
    lin.types("取消")
    assert lin.types("走访 小满 明天").startswith("6月10日还没到。\n看望是哪一天？")


def test_walking_back_also_over_the_opening_line(world: World, lin: Phone) -> None:
    world.pupils("小川", "小满")
    lin.types("家访 小满 今天 很好")
    # how it was, the word 家访 settled and nobody asked
    assert lin.types("返回").startswith("看到了什么？\n现在写的是：\n“很好”")
    assert lin.types("“返 回”").startswith("看望是哪一天？")
    assert lin.types("返回").startswith("看望了哪个孩子？")
    assert lin.types("返回").startswith("前面没有可改的了。\n看望了哪个孩子？")
    lin.types("小川", "昨天")
    assert "小川 · 6月8日 · 家访\n“都好”" in lin.types("都好")


def test_one_answer_is_changed_before_keeping(world: World, lin: Phone) -> None:
    world.pupils("小川", "小满")
    lin.types("家访 小满 今天 很好")
    assert lin.types("2") == "改哪一处？回数字。\n1 小满\n2 6月9日\n3 家访\n4 很好"
    assert lin.types("返回").startswith("请看对不对：")
    assert lin.types("2").startswith("改哪一处？")
    assert lin.types("1").startswith("看望了哪个孩子？")
    assert "小川 · 6月9日 · 家访\n“很好”" in lin.types("小川")
    lin.types("1")
    assert len(world.entries()) == 1


def test_a_confirmation_holds_only_for_what_was_shown(world: World, lin: Phone) -> None:
    from tests.dialogue.flows_for_tests import Pupil

    ids = world.pupils("小川", "小满")
    lin.types("家访 小满 今天 很好")
    with world.store.write() as session:
        session.get_one(Pupil, ids["小满"]).label = "小满（四1班）"
    answer = lin.types("1")
    assert answer.startswith("刚才的内容有变，请再看一遍。\n请看对不对：\n小满（四1班）")
    assert world.entries() == []
    assert lin.types("1") == "记下了：小满（四1班）"


def test_a_child_who_is_gone_is_asked_again(world: World, lin: Phone) -> None:
    from tests.dialogue.flows_for_tests import Pupil

    ids = world.pupils("小川", "小满")
    lin.types("家访 小满")
    with world.store.write() as session:
        session.delete(session.get_one(Pupil, ids["小满"]))
    assert lin.types("今天") == "刚才的内容有变，请再看一遍。\n看望了哪个孩子？回数字。\n1 小川"


def test_undo_within_ten_minutes_and_not_after(world: World, lin: Phone) -> None:
    world.pupils("小川", "小满")
    lin.types("家访 小满 今天 很好", "1")
    world.clock.on(minutes=9)
    assert lin.types("撤销") == "撤了。"
    assert world.entries()[0].undone
    assert lin.types("撤销") == "没有可撤销的。只能撤10分钟内的。"
    lin.types("家访 小满 今天 很好", "1")
    world.clock.on(minutes=10)
    assert lin.types("撤销") == "没有可撤销的。只能撤10分钟内的。"


def test_photos_before_during_and_after(world: World, lin: Phone) -> None:
    world.pupils("小川", "小满")
    lin.types("家访 小满 今天")
    assert lin.sends_photo("p1") == "收到照片1张。再说说情况，或回“好了”。\n看到了什么？"
    assert "“很好（照片1张）”" in lin.types("很好")
    answer = lin.sends_photo("p2")
    assert answer.startswith("照片放进去了。\n请看对不对")
    assert "（照片2张）" in answer
    lin.types("1")
    assert lin.sends_photo("p3") == "照片放进去了。"
    assert world.entries()[0].photos == "p1,p2,p3"
    world.clock.on(minutes=10)
    assert lin.sends_photo("p4") == "收到了。想做什么，请回“帮助”。"
    assert world.entries()[0].photos == "p1,p2,p3"


def test_a_photo_alone_is_enough(world: World, lin: Phone) -> None:
    world.pupils("小川", "小满")
    lin.types("家访 小满 今天")
    lin.sends_photo("p1")
    assert "“（照片1张）”" in lin.types("好了")


def test_voice_with_and_without_transcript(world: World, lin: Phone) -> None:
    world.pupils("小川", "小满")
    lin.types("家访 小满 今天")
    assert lin.speaks("v1", "奶奶推疼。") == "听到的是：\n“奶奶推疼。”\n1 对　2 重说"
    assert lin.types("2") == "看到了什么？"
    lin.speaks("v2", "奶奶腿疼。")
    assert "“奶奶腿疼。”" in lin.types("对")
    lin.types("返回")
    assert "“语音待整理”" in lin.speaks("v3")
    lin.types("1")
    assert world.entries()[0].covered == "v3"


def test_a_refusal_leaves_the_dialogue_where_it_was(world: World, lin: Phone) -> None:
    world.pupils("小川", "小满")
    lin.types("家访 小满 今天 拒收")
    assert lin.types("1").startswith("今天记不了。\n请看对不对")
    assert world.entries() == []
    lin.types("返回", "很好")
    assert lin.types("1") == "记下了：小满"

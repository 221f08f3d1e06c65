"""The conversation's manners: words that always mean the same, interruptions, danger, strangers."""

import pytest

from handlers.watch import WroteTooEarly
from tests.dialogue.conftest import Phone, World

WAITS = "家访（小满）还没弄完，先给您留着。\n接着弄回“继续”，不要了回“取消”。"
OFFER = "刚才的家访（小满）没弄完。\n1 继续　2 重来　3 都不要"
STUCK = "要帮忙？回“帮助”看说明，回“人工”找人。"


def test_after_half_an_hour_the_dialogue_is_offered_again(world: World, lin: Phone) -> None:
    world.pupils("小川", "小满")
    lin.types("家访 小满")
    world.clock.on(minutes=29)
    lin.types("昨天")
    world.clock.on(minutes=30)
    assert lin.types("奶奶腿疼") == OFFER
    assert lin.types("1") == "看到了什么？"
    assert "小满 · 6月8日 · 家访\n“奶奶腿疼”" in lin.types("奶奶腿疼")


def test_today_means_the_day_it_is_said_after_a_night(world: World, lin: Phone) -> None:
    world.pupils("小川", "小满")
    lin.types("家访 小满")
    world.clock.on(days=1)
    lin.types("你在吗", "继续", "今天")
    assert "小满 · 6月10日 · 家访" in lin.types("很好")


def test_starting_over(world: World, lin: Phone) -> None:
    world.pupils("小川", "小满")
    lin.types("家访 小满 今天")
    world.clock.on(minutes=31)
    assert lin.types("在吗") == OFFER
    assert lin.types("阿猫") == f"没看懂“阿猫”。回“帮助”看能做什么。\n{STUCK}\n{OFFER}"
    assert lin.types("二").startswith("看望了哪个孩子？")
    assert lin.types("重来").startswith("看望了哪个孩子？")


def test_a_weeks_silence_forgets(world: World, lin: Phone) -> None:
    world.pupils("小川", "小满")
    lin.types("家访 小满 今天")
    world.clock.on(days=7)
    assert lin.types("在吗").startswith("没看懂“在吗”")
    assert world.state("lin")["aside"] == []


def test_cancel_drops(world: World, lin: Phone) -> None:
    world.pupils("小川", "小满")
    lin.types("家访 小满 今天")
    assert lin.types("取消") == "好，家访（小满）不弄了。"
    assert lin.types("取消") == "现在没有在弄的。"
    assert lin.types("继续") == "没有要接着弄的。回“帮助”看能做什么。"
    assert lin.types("返回") == "前面没有可改的了。"


def test_another_intent_in_the_middle_puts_the_visit_aside(world: World, lin: Phone) -> None:
    world.pupils("小川", "小满")
    lin.types("家访 小满")
    assert lin.types("课程") == f"这是课程\n{OFFER}"
    assert lin.types("1").startswith("看望是哪一天？")
    lin.types("今天")
    assert lin.taps("CLICK", "课程") == f"这是课程\n{OFFER}"
    assert lin.types("继续") == "看到了什么？"
    assert lin.types("课程") == f"这是课程\n{OFFER}"
    lin.types("继续")
    assert "“课程听得很好”" in lin.types("课程听得很好")


def test_the_aside_dialogue_is_named_when_a_longer_one_begins(world: World, lin: Phone) -> None:
    world.pupils("小川", "小满")
    lin.types("家访 小满")
    assert lin.types("排班").startswith("家访（小满）先放着，回“继续”接着弄。\n谈到了什么？")
    assert lin.types("取消") == f"好，不弄了。\n{WAITS}"
    assert lin.types("取消") == "好，家访（小满）不弄了。"


def test_who_cancels_the_second_visit_is_out_and_hears_of_the_first(world: World, lin: Phone) -> None:
    world.pupils("小川", "小满")
    lin.types("家访 小满", "家访 小川")
    assert lin.types("取消") == f"好，家访（小川）不弄了。\n{WAITS}"
    assert lin.types("1") == f"{OFFER}"  # out: a number is the answer to nothing, and what waits is offered
    lin.types("继续", "家访 小川", "取消")
    assert lin.types("返回").startswith("回到家访（小满）。\n看望是哪一天？")
    lin.types("今天")
    assert "“很好”" in lin.types("很好")


def test_the_same_word_again_asks_whether_to_go_on(world: World, lin: Phone) -> None:
    world.pupils("小川", "小满")
    lin.types("家访 小满 今天")
    assert lin.types("家访") == OFFER
    assert lin.types("1") == "看到了什么？"


def test_help_in_the_middle_and_two_misses(world: World, lin: Phone) -> None:
    world.pupils("小川", "小满")
    lin.types("家访")
    assert lin.types("大红花") == "没看懂“大红花”。回数字就行。\n看望了哪个孩子？回数字。\n1 小川\n2 小满"
    assert lin.types("7").endswith(STUCK)
    assert lin.types("帮助").endswith("看望了哪个孩子？回数字。\n1 小川\n2 小满")
    assert lin.types("小满").startswith("看望是哪一天？")
    assert STUCK not in lin.types("大红花")
    assert lin.sends_place(28.1, 112.9).startswith("这里先不用发这个。\n看望是哪一天？")


def test_nobody_understands_twice(lin: Phone) -> None:
    assert lin.types("大红花") == "没看懂“大红花”。回“帮助”看能做什么。"
    assert lin.types("大红花").endswith(STUCK)


def test_more_than_five_are_paged_and_narrowed_by_part_of_a_name(world: World, lin: Phone) -> None:
    world.pupils("王小一", "王小二", "王小三", "李小四", "李小五", "赵小六", "赵小七")
    first = lin.types("家访")
    assert first.count("\n") == 6 and first.endswith("还有，回“更多”。")
    second = lin.types("更多")
    assert second.count("\n") == 3 and second.endswith("看前面的，回“返回”。")
    assert lin.types("返回") == first
    assert lin.types("更多") == second
    assert lin.types("更多") == first
    assert lin.types("赵").count("\n") == 2
    assert lin.types("小六").startswith("看望是哪一天？")


def test_every_other_kind_of_question(world: World, lin: Phone) -> None:
    assert lin.types("排班") == "谈到了什么？\n看来是：家庭情况\n1 对　2 改"
    assert lin.types("2").endswith("还有，回“更多”。\n可以选几个，如 1 3。都没有就回 0")
    assert lin.types("1、3").startswith("谈到了什么？\n1 托管人\n2 班主任")
    assert lin.types("二") == "几次？"
    assert lin.types("六十") == "请回1到50之间的数。\n几次？"
    assert lin.types("十二次") == "下次哪天？\n可以回：下周三、两周后、6月23号\n没有就回 0"
    assert lin.types("昨天").startswith("6月8日太早了，最早6月9日。")
    assert lin.types("周一") == "有照片吗？"
    assert lin.sends_photo("p1").startswith("收到1张。")
    assert lin.types("完").startswith("在哪里？")
    assert lin.sends_place(28.1, 112.9, "柳溪小学") == "确定吗？\n1 是　2 不是"
    assert lin.types("不是") == "个人情况、学习情况、班主任|12|6月15日|1|柳溪小学|False"


def test_the_menu_goes_where_it_says(lin: Phone) -> None:
    assert lin.types("？") == "您想做什么？回数字。\n1 找人问问\n2 找人问问"
    assert lin.types("2") == "这是课程"


def test_a_stranger_learns_how_to_bind_and_nothing_else(world: World, stranger: Phone) -> None:
    world.pupils("小满")
    who = "您好，这里是青禾守望。\n老师、家长请回：绑定 加邀请码。\n没有邀请码，请问班主任要。"
    for line in ("家访 小满", "小满", "帮助", "人工", "课程", "你好"):
        assert stranger.types(line) == who
    assert stranger.sends_photo("p1") == who
    assert stranger.types("绑定 ab12-cd34") == "绑定AB12-CD34"
    assert stranger.types("绑定AB12CD34") == "绑定AB12CD34"
    assert stranger.types("绑定") == "邀请码是多少？"


def test_following_by_a_scene_begins_binding(stranger: Phone) -> None:
    assert stranger.taps("subscribe", "qrscene_AB12CD34") == "绑定AB12CD34"
    assert stranger.taps("SCAN", "AB12CD34") == "绑定AB12CD34"
    assert (stranger.taps("subscribe") or "").startswith("您好，这里是青禾守望")
    assert stranger.taps("unsubscribe") is None


def test_granny_cannot_log_visits(world: World, granny: Phone) -> None:
    world.pupils("小满")
    assert granny.types("家访") == "这个功能您现在不能用。回“帮助”看能做什么。"
    assert granny.types("家访 小满 今天 很好").startswith("没看懂")


def test_a_mentor_who_lost_the_duty_does_not_go_on(world: World, lin: Phone) -> None:
    from models.base.facts import end
    from models.roster.accounts import person_of
    from models.roster.people import duties_of

    world.pupils("小川", "小满")
    lin.types("家访 小满 今天 很好")
    with world.store.write() as session:
        person = person_of(session, "lin")
        assert person is not None
        [duty] = duties_of(session, person.id)
        end(session, duty, by=None)
    assert lin.types("1").startswith("没看懂")
    assert world.entries() == []


def test_words_of_danger_come_first_and_keep_the_place(world: World, lin: Phone, stranger: Phone) -> None:
    world.pupils("小川", "小满")
    lin.types("家访")
    answer = lin.types("孩子说 不 想 活 了")  # asked which child: these are no words for that question
    assert answer.startswith("我看到了。\n有危险，请马上打110。")
    assert world.alerts == [("lin", "孩子说 不 想 活 了")]
    assert world.entries() == []
    assert "哪一天" in lin.types("小川")
    assert stranger.speaks("v1", "我被打了").startswith("我看到了。")
    assert len(world.alerts) == 2


def test_a_teacher_who_writes_down_what_happened_is_heard_and_kept(world: World, lin: Phone) -> None:
    world.pupils("小川", "小满")
    lin.types("家访 小满 今天")
    answer = lin.types("孩子说不想活了，已陪着")
    assert answer.startswith("有危险先打110") and "孩子说不想活了，已陪着" in answer
    assert world.alerts == [("lin", "孩子说不想活了，已陪着")]


def test_a_teacher_writes_of_danger_in_one_line(world: World, lin: Phone) -> None:
    world.pupils("小川", "小满")
    answer = lin.types("家访 小满 今天 孩子昨天挨打了")
    assert answer.startswith("有危险先打110") and "孩子昨天挨打了" in answer
    assert len(world.alerts) == 1


@pytest.mark.parametrize("word", ["早写", "早改"])
def test_a_flow_that_writes_before_its_last_question_is_a_bug(world: World, lin: Phone, word: str) -> None:
    world.pupils("小满")
    with pytest.raises(WroteTooEarly):
        lin.types(word)
    with world.store.read() as session:
        from tests.dialogue.flows_for_tests import pupils

        assert [pupil.label for pupil in pupils(session)] == ["小满"]


def test_an_answer_after_half_an_hour_is_not_carried_out_unseen(world: World, lin: Phone) -> None:
    world.pupils("小川", "小满")
    read_back = lin.types("家访 小满 今天 很好")
    world.clock.on(minutes=60)
    assert lin.types("1") == f"放了半小时，“1”还没算。\n请看清，再回一次。\n{read_back}"
    assert world.entries() == []
    assert lin.types("1") == "记下了：小满"


def test_the_same_line_again_only_shows_its_question(world: World, lin: Phone) -> None:
    world.pupils("小川", "小满")
    read_back = lin.types("家访 小满 今天 很好")
    assert lin.types("家访 小满 今天 很好") == read_back
    assert lin.types("家访　小满 今天，很好。") == read_back
    assert lin.types("1") == "记下了：小满"
    assert world.state("lin").get("aside", []) == []


def test_the_same_line_beside_another_dialogue_goes_on_with_its_own(world: World, lin: Phone) -> None:
    world.pupils("小川", "小满")
    asked = lin.types("家访 小满 今天")
    lin.types("排班")
    assert lin.types("家访 小满 今天") == asked
    assert world.state("lin")["aside"] == []


def test_the_same_line_is_not_taken_for_what_was_seen(world: World, lin: Phone) -> None:
    world.pupils("小川", "小满")
    lin.types("家访 小满 今天")
    assert lin.types("家访 小满 今天") == "看到了什么？"


def test_undo_takes_back_one_record_after_the_other(world: World, lin: Phone) -> None:
    world.pupils("小川", "小满")
    lin.types("家访 小满 今天 很好", "1", "家访 小川 今天 很好", "1")
    assert lin.types("撤销") == lin.types("撤消") == "撤了。"
    assert [entry.undone for entry in world.entries()] == [True, True]
    assert lin.types("撤销").startswith("没有可撤销的。")


def test_an_earlier_record_is_taken_back_within_its_own_ten_minutes(world: World, lin: Phone) -> None:
    world.pupils("小川", "小满")
    lin.types("家访 小满 今天 很好", "1")
    world.clock.on(minutes=6)
    lin.types("家访 小川 今天 很好", "1")
    world.clock.on(minutes=6)
    lin.types("撤销", "撤销")
    assert [entry.undone for entry in world.entries()] == [False, True]


def test_a_photo_does_not_join_the_record_before_the_one_taken_back(world: World, lin: Phone) -> None:
    world.pupils("小川", "小满")
    lin.types("家访 小满 今天 很好", "1", "家访 小川 今天 很好", "1", "撤销")
    lin.sends_photo("p1")
    assert [entry.photos for entry in world.entries()] == ["", ""]


def test_what_waits_is_named_and_can_be_dropped_whole(world: World, lin: Phone) -> None:
    world.pupils("小川", "小满")
    lin.types("家访 小满 今天", "排班")
    assert lin.types("取消") == f"好，不弄了。\n{WAITS}"
    assert lin.types("课程").endswith(OFFER)
    assert lin.types("3") == "好，都不要了。"
    assert lin.types("继续") == "没有要接着弄的。回“帮助”看能做什么。"


def test_never_mind_passes_over_a_question_that_may_stay_open(lin: Phone) -> None:
    lin.types("排班", "1", "3")
    assert lin.types("算了") == "有照片吗？"
    assert lin.types("算了").startswith("在哪里？")
    assert lin.types("算了").startswith("确定吗？")
    assert lin.types("算了").startswith("好，排班")

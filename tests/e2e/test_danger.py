"""Words of danger: the answer comes at once, and the class teacher knows within seconds."""

from playwright.sync_api import expect

from tests.e2e.table import Table


def test_words_of_danger_reach_the_class_teacher(table: Table) -> None:
    father, before = table.phone("father"), table.phone("father").cards.count()
    table.phone("grandmother").says("小满说不想活了", "110")
    teacher = table.phone("class_teacher")
    teacher.card("有一条危急消息")
    details = teacher.says("预警", "不想活了")
    expect(details).to_contain_text("张桂花（奶奶）")
    expect(details).to_contain_text("张小满（三年级1班）")
    expect(father.cards).to_have_count(before)

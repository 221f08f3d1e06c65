"""What people do in the demo in more than one story, step by step."""

from playwright.sync_api import Locator

from tests.e2e.table import Phone, Table


def visit_in_one_line(teacher: Phone) -> Locator:
    """The teacher writes a visit in one line; what is read back."""
    return teacher.says("家访 张小满 今天 情况良好 奶奶腿疼", "请看对不对")


def notice_let_go(table: Table, words: str, versions: int = 2) -> None:
    """The administrator sends the notice with these words in its card to all guardians, first to himself in each of its
    `versions`; a second person lets it go, and it is on both phones."""
    admin, approver, *guardians = (table.phone(key) for key in ("admin", "approver", "grandmother", "father"))
    admin.says("发通知", "自己写一条")
    admin.says(words, "发给谁")
    admin.says("1", "13 位发不到（没绑定），要打电话")
    with admin.gets(words, times=versions):  # as who is at home sees it, as who is away, and by age where it differs
        admin.says("1", "请人审批")
    with approver.gets("等您审批"):
        admin.says("2", "已请李文静审批")
    approver.says("审批", "在外")
    with guardians[0].gets(words), guardians[1].gets(words):
        approver.says("1", "正在发")

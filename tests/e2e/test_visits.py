"""The teacher's phone: a visit in one line, and one step by step with a way back and a photo."""

import re
import time

from playwright.sync_api import expect

from tests.e2e.demo import Demo
from tests.e2e.scenes import visit_in_one_line
from tests.e2e.table import Table

_FETCHED_WITHIN = 20


def test_a_teacher_logs_a_visit_in_one_line(table: Table) -> None:
    teacher = table.phone("teacher")
    read_back = visit_in_one_line(teacher)
    expect(read_back).to_contain_text(re.compile(r"张小满（三年级1班） · 9月\d+日 · 家访"))
    expect(read_back).to_contain_text("“情况良好 奶奶腿疼”")
    teacher.says("1", "记下了")
    teacher.says("走访记录 张小满", "家访 林秋实：情况良好 奶奶腿疼")


def test_a_teacher_is_asked_step_by_step_walks_back_and_sends_a_photo(table: Table, playing: Demo) -> None:
    teacher = table.phone("teacher")
    teacher.says("家访", "看望了哪个孩子")
    teacher.says("李禾苗", "看望是哪一天")
    teacher.says("昨天", "看到了什么")
    teacher.says("返回", "看望是哪一天")
    teacher.says("今天", "看到了什么")
    teacher.photographs("yard", "收到照片1张")
    expect(teacher.chat.locator("img[alt=照片]")).to_be_visible()
    teacher.says("作业写完了，爷爷咳嗽", "发个位置吗")
    teacher.says("0", "这次谈到")
    teacher.says("1", "下次哪天再去")
    read_back = teacher.says("1", "请看对不对")
    expect(read_back).to_contain_text(re.compile(r"李禾苗（三年级1班） · 9月\d+日 · 家访"))
    expect(read_back).to_contain_text("“作业写完了，爷爷咳嗽”（照片1张）")
    teacher.says("1", "记下了")
    teacher.says("走访记录 李禾苗", "爷爷咳嗽")
    assert _kept_photos(playing) == 1


def _kept_photos(playing: Demo) -> int:
    """How many photos were fetched from the platform and lie in the demo's folder, once one does."""
    media = playing.folder / "data" / "demo" / "media"
    deadline = time.monotonic() + _FETCHED_WITHIN
    while not (found := [file for file in media.rglob("*") if file.is_file()]):
        assert time.monotonic() < deadline, "the photo was not fetched"
        time.sleep(0.05)
    return len(found)

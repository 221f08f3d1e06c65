"""The photos of a duty go the way of a visit's: fetched and sealed, or refused and told to whoever reported it."""

from pathlib import Path

import pytest

from bot.delivery.media import MediaWorker, open_file
from bot.wechat.client import Client
from models.base.store import Store
from models.care.attachments import AttachmentState
from tests.care.conftest import attachments
from tests.care.test_media import MEDIA, photo
from tests.duties.conftest import Phone, School, at
from tests.wechat.conftest import client, platform, tokens, wire
from tests.wechat.platform import Platform

__all__ = ["client", "platform", "tokens", "wire"]


@pytest.fixture
def worker(store: Store, client: Client, tmp_path: Path) -> MediaWorker:
    return MediaWorker(store, client, tmp_path / "media")


@pytest.fixture
def reported(school: School, wang: Phone) -> Phone:
    """王主任 has reported the lecture with a photo."""
    school.sets("vacation-lecture")
    school.tick(at(6, 21))
    wang.types("任务", "1", "126", "今天")
    wang.photo("m-1")
    wang.types("好了", "1")
    return wang


def test_the_proof_is_kept_and_sealed(
    store: Store, worker: MediaWorker, platform: Platform, reported: Phone, tmp_path: Path
) -> None:
    platform.answers[MEDIA] = lambda _: ("image/jpeg", photo())
    assert worker.run_once() == 1
    [row] = attachments(store)
    assert row.state is AttachmentState.KEPT and row.visit_id is None
    assert open_file(store.vault, tmp_path / "media", row)


def test_a_photo_that_cannot_be_kept_is_told_to_whoever_sent_it(
    store: Store, worker: MediaWorker, platform: Platform, school: School, reported: Phone
) -> None:
    platform.answers[MEDIA] = lambda _: ("image/jpeg", b"MZ not a picture")
    worker.run_once()
    said = "有一张照片的格式存不了。请换一个发。\n《假期前安全大讲堂》还没有照片，先不算做完。\n请回“任务”，再记一次。"
    assert said in school.heard(school.cast.wang)


def test_a_task_whose_proof_could_not_be_kept_is_open_again_until_it_has_one(
    store: Store, worker: MediaWorker, platform: Platform, school: School, reported: Phone
) -> None:
    assert "都做完了：1/1" in reported.types("完成率", "大讲堂")
    platform.answers[MEDIA] = lambda _: ("image/jpeg", b"MZ not a picture")
    worker.run_once()
    school.tick(at(6, 28))  # three days before it is due
    assert "6月30日前，假期前安全大讲堂" in school.heard(school.cast.wang)[-1]
    school.clock.set(at(7, 1))
    assert "《假期前安全大讲堂》柳溪小学 0/1（0%）" not in reported.types("完成率")
    assert "还差1件" in reported.types("大讲堂")
    platform.answers[MEDIA] = lambda _: ("image/jpeg", photo())
    assert "到场多少位家长" in reported.types("任务", "大讲堂")
    reported.types("126位", "6月21日")
    reported.photo("m-2")
    assert "照片1张" in reported.types("好了")
    assert "做完了" in reported.types("1")
    worker.run_once()
    assert "都做完了：1/1，其中做晚了0" in reported.types("完成率", "大讲堂")
    assert "现在没有要做的任务" in reported.types("任务")


def test_one_good_photo_beside_a_bad_one_is_proof(
    store: Store, worker: MediaWorker, platform: Platform, school: School, reported: Phone
) -> None:
    assert "一共2张" in reported.photo("m-2")
    pictures = iter([photo(), b"MZ not a picture"])
    platform.answers[MEDIA] = lambda _: ("image/jpeg", next(pictures))
    worker.run_once()
    assert school.heard(school.cast.wang)[-1] == "有一张照片的格式存不了。请换一个发。"
    assert "现在没有要做的任务" in reported.types("任务")


def test_a_photo_of_what_was_taken_back_is_no_proof_of_what_is_told_later(
    store: Store, worker: MediaWorker, platform: Platform, school: School, reported: Phone
) -> None:
    platform.answers[MEDIA] = lambda _: ("image/jpeg", photo())
    worker.run_once()
    reported.types("撤销")
    school.clock.advance(minutes=1)
    reported.types("任务", "1", "12", "今天")
    reported.photo("m-2")
    reported.types("好了", "1")
    platform.answers[MEDIA] = lambda _: ("image/jpeg", b"MZ not a picture")
    worker.run_once()
    assert "1 假期前安全大讲堂" in reported.types("任务")


def test_what_was_taken_back_is_not_fetched_any_more(
    store: Store, worker: MediaWorker, platform: Platform, reported: Phone
) -> None:
    assert "还没做完" in reported.types("撤销")
    assert worker.run_once() == 0
    [row] = attachments(store)
    assert (row.state, row.reason) == (AttachmentState.REFUSED, "undone")

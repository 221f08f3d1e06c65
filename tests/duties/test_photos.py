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
    assert "有一张照片的格式存不了。请换一个发。" in school.heard(school.cast.wang)


def test_what_was_taken_back_is_not_fetched_any_more(
    store: Store, worker: MediaWorker, platform: Platform, reported: Phone
) -> None:
    assert "还没做完" in reported.types("撤销")
    assert worker.run_once() == 0
    [row] = attachments(store)
    assert (row.state, row.reason) == (AttachmentState.REFUSED, "undone")

"""Photos and recordings: fetched from the platform, looked at, sealed on disk; what cannot be kept is told."""

import signal
import subprocess
import sys
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlmodel import select

from bot.delivery.media import MediaWorker, open_file, path_of
from bot.delivery.pictures import LONGEST_SIDE
from bot.wechat.client import Client
from models.base.facts import end
from models.base.store import Store
from models.care.visits import Attachment, AttachmentState
from models.roster.people import duties_of
from models.roster.ties import mentors_of
from tests.care.conftest import Phone, attachments, told
from tests.cast import Cast
from tests.conftest import FrozenClock
from tests.wechat.conftest import client, platform, tokens, wire
from tests.wechat.platform import Platform

__all__ = ["client", "platform", "tokens", "wire"]
MEDIA = "/cgi-bin/media/get"
AMR = b"#!AMR\n" + bytes(200)


def photo(width: int = 60, height: int = 40, kind: str = "JPEG", **more: Any) -> bytes:
    out = BytesIO()
    Image.effect_noise((width, height), 60).convert("RGB").save(out, kind, **more)
    return out.getvalue()


def png_claiming(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is huge."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([8, 2, 0, 0, 0])
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "media"


@pytest.fixture
def worker(store: Store, client: Client, folder: Path) -> MediaWorker:
    return MediaWorker(store, client, folder)


@pytest.fixture
def sent(lin: Phone) -> Callable[[str], None]:
    """林老师 keeps a visit and sends a photo or a voice after it."""

    def send(kind: str) -> None:
        lin.types("电话 小满 今天 很好", "1")
        lin.photo("m-1") if kind == "image" else lin.voice("m-1")

    return send


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_a_photo_is_kept_without_its_place_and_sealed(
    store: Store,
    worker: MediaWorker,
    platform: Platform,
    folder: Path,
    sent: Callable[[str], None],
) -> None:
    exif = Image.Exif()
    exif[0x010F] = "SecretPhone"
    exif[0x0112] = 6  # lies on its side
    platform.answers[MEDIA] = lambda _: ("image/jpeg", photo(exif=exif))
    sent("image")
    assert worker.run_once() == 1 and worker.run_once() == 0
    [row] = attachments(store)
    assert (row.state, row.content_type) == (AttachmentState.KEPT, "image/jpeg")
    [file] = files(folder)
    assert file == path_of(folder, row) and file.parent.name == row.file[:2]
    assert b"JFIF" not in file.read_bytes() and b"SecretPhone" not in file.read_bytes()
    content = open_file(store.vault, folder, row)
    with Image.open(BytesIO(content)) as kept:
        assert kept.size == (40, 60) and not kept.getexif()
    assert b"SecretPhone" not in content and len(content) == row.size


def test_a_big_photo_is_made_smaller(
    store: Store,
    worker: MediaWorker,
    platform: Platform,
    folder: Path,
    sent: Callable[[str], None],
) -> None:
    platform.answers[MEDIA] = lambda _: ("image/png", photo(3000, 1000, "PNG"))
    sent("image")
    worker.run_once()
    with Image.open(BytesIO(open_file(store.vault, folder, attachments(store)[0]))) as kept:
        assert max(kept.size) == LONGEST_SIDE and kept.format == "JPEG"


def test_a_recording_is_kept_as_it_is(
    store: Store,
    worker: MediaWorker,
    platform: Platform,
    folder: Path,
    sent: Callable[[str], None],
) -> None:
    platform.answers[MEDIA] = lambda _: ("audio/amr", AMR)
    sent("voice")
    worker.run_once()
    [row] = attachments(store)
    assert row.content_type == "audio/amr" and open_file(store.vault, folder, row) == AMR


@pytest.mark.parametrize(
    ("kind", "answer", "reason", "words"),
    [
        ("image", ("image/jpeg", photo()[:700]), "broken", "有一张照片打不开，没存上。请再发一次。"),
        ("image", ("image/jpeg", b"MZ not a picture"), "wrong_type", "有一张照片的格式存不了。请换一个发。"),
        ("image", ("image/jpeg", photo(kind="GIF")), "wrong_type", "有一张照片的格式存不了。请换一个发。"),
        ("image", ("text/html", b"<html>"), "wrong_type", "有一张照片的格式存不了。请换一个发。"),
        ("image", ("image/png", png_claiming(50_000, 50_000)), "too_large", "有一张照片太大，没存上。请发小一点的。"),
        ("image", ("image/png", png_claiming(9_000, 9_000)), "too_large", "有一张照片太大，没存上。请发小一点的。"),
        ("image", ("image/jpeg", bytes(10 * 1024 * 1024 + 1)), "too_large", "有一张照片太大，没存上。请发小一点的。"),
        ("voice", ("audio/amr", b"RIFF....WAVE"), "wrong_type", "有一段录音的格式存不了。请换一个发。"),
        (
            "image",
            {"errcode": 40007, "errmsg": "invalid media_id"},
            "expired",
            "有一张照片没取到，没存上。请再发一次。",
        ),
    ],
)
def test_what_cannot_be_kept_is_refused_and_the_mentor_told(
    store: Store,
    cast: Cast,
    worker: MediaWorker,
    platform: Platform,
    folder: Path,
    sent: Callable[[str], None],
    kind: str,
    answer: Any,
    reason: str,
    words: str,
) -> None:
    platform.answers[MEDIA] = lambda _: answer
    sent(kind)
    worker.run_once()
    [row] = attachments(store)
    assert (row.state, row.reason, row.file) == (AttachmentState.REFUSED, reason, "")
    assert told(store) == [(cast.lin, f"{words}\n那次记的是：张小满（三年级1班），6月1日，电话。")]
    assert files(folder) == []
    assert worker.run_once() == 0


def test_a_child_whom_the_mentor_may_not_see_any_more_is_not_named(
    store: Store,
    cast: Cast,
    worker: MediaWorker,
    platform: Platform,
    sent: Callable[[str], None],
) -> None:
    platform.answers[MEDIA] = lambda _: ("image/jpeg", photo()[:700])
    sent("image")
    with store.write() as session:
        for fact in (*mentors_of(session, cast.xiaoman), *duties_of(session, cast.lin)):
            end(session, fact, by=None)
    worker.run_once()
    assert told(store) == [(cast.lin, "有一张照片打不开，没存上。请再发一次。\n那次记的是：6月1日，电话。")]


def test_a_busy_platform_is_asked_again_later_and_less_and_less(
    store: Store,
    worker: MediaWorker,
    platform: Platform,
    sent: Callable[[str], None],
    clock: FrozenClock,
) -> None:
    platform.answers[MEDIA] = lambda _: {"errcode": -1, "errmsg": "system error"}
    sent("image")
    for wait in (30, 60, 120):
        assert worker.run_once() == 1
        clock.advance(seconds=wait - 1)
        assert worker.run_once() == 0
        clock.advance(seconds=1)
    platform.answers[MEDIA] = lambda _: ("image/jpeg", photo())
    worker.run_once()
    assert attachments(store)[0].state is AttachmentState.KEPT


def test_after_three_days_it_is_given_up(
    store: Store,
    worker: MediaWorker,
    platform: Platform,
    sent: Callable[[str], None],
    clock: FrozenClock,
) -> None:
    platform.answers[MEDIA] = lambda _: {"errcode": 45009, "errmsg": "quota"}
    sent("image")
    worker.run_once()
    clock.advance(days=3)
    worker.run_once()
    assert (attachments(store)[0].state, len(told(store))) == (AttachmentState.REFUSED, 1)


_KILLED = """
import os, signal, sys
from datetime import datetime
from pathlib import Path
from bot.delivery import media
from bot.wechat.client import Client
from bot.wechat.token import TokenProvider, stable_token
from bot.wechat.wire import Wire
from models.base.seal import Vault
from models.base.facts import end
from models.base.store import Store
from tests.conftest import FrozenClock
url, base, folder, now = sys.argv[1:]
clock, wire = FrozenClock(datetime.fromisoformat(now)), Wire(base)
store = Store(url, clock, Vault(b"a master key for tests, 32 bytes or more"))
client = Client("wx1", "s", wire=wire, tokens=TokenProvider(stable_token(wire, "wx1", "s"), clock))
media.MediaWorker._keep = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
media.MediaWorker(store, client, Path(folder)).run_once()
"""


def test_killed_between_the_file_and_the_row_it_is_fetched_again_and_nothing_is_left_over(
    store: Store,
    worker: MediaWorker,
    platform: Platform,
    folder: Path,
    sent: Callable[[str], None],
    clock: FrozenClock,
) -> None:
    platform.answers[MEDIA] = lambda _: ("image/jpeg", photo())
    sent("image")
    arguments = [store.url, platform.base, str(folder), clock.now().isoformat()]
    died = subprocess.run([sys.executable, "-c", _KILLED, *arguments], check=False, cwd=Path(__file__).parents[2])
    assert died.returncode == -signal.SIGKILL
    assert len(files(folder)) == 1 and attachments(store)[0].state is AttachmentState.WAITING
    assert worker.run_once() == 0  # leased by the one that died
    clock.advance(minutes=2)
    assert worker.run_once() == 1
    [row] = attachments(store)
    assert row.state is AttachmentState.KEPT and files(folder) == [path_of(folder, row)]
    assert open_file(store.vault, folder, row)


def test_a_photo_of_an_undone_visit_does_not_stay(
    store: Store,
    lin: Phone,
    worker: MediaWorker,
    platform: Platform,
    folder: Path,
    sent: Callable[[str], None],
) -> None:
    def undone_meanwhile(_: object) -> tuple[str, bytes]:
        lin.types("撤销")
        return "image/jpeg", photo()

    platform.answers[MEDIA] = undone_meanwhile
    sent("image")
    assert worker.run_once() == 1
    assert attachments(store)[0].reason == "undone" and files(folder) == []


def test_a_file_moved_or_changed_does_not_open(
    store: Store,
    worker: MediaWorker,
    platform: Platform,
    folder: Path,
    lin: Phone,
    sent: Callable[[str], None],
) -> None:
    platform.answers[MEDIA] = lambda _: ("image/jpeg", photo())
    sent("image")
    lin.photo("m-2")
    assert worker.run_once() == 2
    with store.read() as session:
        first, second = session.exec(select(Attachment)).all()
    path_of(folder, first).write_bytes(path_of(folder, second).read_bytes())
    with pytest.raises(ValueError, match="not the one"):
        open_file(store.vault, folder, first)

"""Files that people sent: fetched within bounds, and taken for nothing that they are not."""

from typing import Any

import pytest

from bot.wechat import client as client_module
from bot.wechat.client import Client
from bot.wechat.errors import MediaRefused, PlatformError, PlatformSilent
from tests.wechat.platform import Platform, raw

MEDIA = "/cgi-bin/media/get"


def test_a_photo_comes_down(platform: Platform, client: Client) -> None:
    platform.answers[MEDIA] = lambda _: ("image/jpeg; charset=x", b"\xff\xd8 a photo")
    assert client.download_media("m-1", "image").content == b"\xff\xd8 a photo"
    assert platform.calls(MEDIA)[0].query == {"access_token": "TOKEN-1", "media_id": "m-1"}


def test_a_photo_comes_down_after_a_refused_token(platform: Platform, client: Client) -> None:
    client.tokens.get()
    platform.renew()
    platform.answers[MEDIA] = lambda _: ("image/jpeg", b"\xff\xd8")
    assert client.download_media("m-1", "image").content_type == "image/jpeg"


def test_a_voice_comes_down(platform: Platform, client: Client) -> None:
    platform.answers[MEDIA] = lambda _: ("audio/amr", b"#!AMR\n")
    assert client.download_media("m-1", "voice").content == b"#!AMR\n"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (("image/jpeg", b"x" * 1001), "too_large"),
        (("image/jpeg", b""), "empty"),
        (("text/html", b"<script>"), "wrong_type"),
        (("image/svg+xml", b"<svg/>"), "wrong_type"),
        (("audio/amr", b"#!AMR"), "wrong_type"),
        (("application/json", b'{"video_url": "http://a.test/v"}'), "wrong_type"),
    ],
)
def test_a_file_that_is_no_photo_is_refused(platform: Platform, client: Client, answer: Any, reason: str) -> None:
    platform.answers[MEDIA] = lambda _: answer
    with pytest.raises(MediaRefused) as refused:
        client.download_media("m-1", "image", limit=1000)
    assert refused.value.reason == reason


def test_an_error_instead_of_a_photo_is_an_error(platform: Platform, client: Client) -> None:
    for content_type in ("application/json", "text/plain"):
        platform.answers[MEDIA] = lambda _, kind=content_type: (
            kind,
            b'{"errcode": 40007, "errmsg": "invalid media_id"}',
        )  # type: ignore[misc]
        with pytest.raises(PlatformError) as refused:
            client.download_media("m-1", "image")
        assert refused.value.errcode == 40007


def test_a_photo_that_breaks_off_is_not_taken_for_a_photo(platform: Platform, client: Client) -> None:
    platform.answers[MEDIA] = raw(b"\xff\xd8 half", declared=5000)
    with pytest.raises(PlatformSilent):
        client.download_media("m-1", "image")


def test_the_limit_is_ten_mebibytes() -> None:
    assert client_module.MEDIA_LIMIT == 10 * 1024 * 1024

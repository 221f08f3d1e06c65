"""A wrong setting stops the start with its name and what to write."""

from pathlib import Path

import pytest

from bot.settings import load_settings
from models.base.errors import Misconfigured

EXAMPLE = Path(__file__).parents[1] / "config.example.toml"


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    """The example, filled in."""
    path = tmp_path / "config.toml"
    path.write_text(EXAMPLE.read_text().replace("change-me", "x" * 43))
    return path


def test_the_filled_in_example_is_accepted_and_hides_its_secrets(sound: Path) -> None:
    settings = load_settings(sound)
    assert settings.wechat.mode == "safe" and settings.redis.url == ""
    assert "x" * 43 not in repr(settings.wechat.token)


def test_the_environment_overrides_the_file(sound: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOUWANG_WECHAT__TOKEN", "from-outside")
    monkeypatch.setenv("SHOUWANG_SERVER__PORT", "9001")
    monkeypatch.setenv("SHOUWANG_CONFIG", str(sound))
    settings = load_settings()
    assert settings.wechat.token.get_secret_value() == "from-outside" and settings.server.port == 9001


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("port = 8080", "prot = 8080", "server.prot：没有这个设置"),
        ("port = 8080", "port = 99999", "server.port：要写 65535 或更小的数$"),
        ("threads = 32", "threads = 0", "server.threads：要写 4 或更大的数$"),
        ("port = 8080", 'port = "abc"', "server.port：要写一个整数$"),
        ("port = 8080", "port = [1]", "server.port：要写一个整数$"),
        ('host = "127.0.0.1"', "host = 1", "server.host：写得不对，请照着 config.example.toml 写$"),
        ('mode = "safe"', 'mode = "save"', "wechat.mode：只能写 'plain'、'compatible'、'safe'$"),
        (f'name = "{"x" * 43}"', 'name = ""', "bureau.name：没有写"),
        (f'token = "{"x" * 43}"', 'token = ""', "wechat.token：没有写"),
        ('mode = "safe"', 'mode = "plain"', "wechat.mode：plain 只给演示用"),
        ('url = "sqlite:///data/shouwang.db"', 'url = "mysql://x"', "database.url：要以 sqlite:///"),
        ('url = ""', 'url = "http://x"', "redis.url：留空"),
        ('api_base = "https://api.weixin.qq.com"', 'api_base = "http://api.weixin.qq.com"', "wechat.api_base：要以"),
        (f'name = "{"x" * 43}"', "", "bureau.name：没有写"),
        (f'token = "{"x" * 43}"', 'token = "change-me"', "wechat.token：还是示例里的占位文字"),
        (f'encoding_aes_key = "{"x" * 43}"', 'encoding_aes_key = "short"', "wechat.encoding_aes_key：要写 43 个"),
        (f'master_key = "{"x" * 43}"', 'master_key = "short"', "security.master_key：要 32 个字符以上"),
        ("[redis]", "[redis", "config.toml："),
    ],
)
def test_what_is_wrong_is_named(sound: Path, before: str, after: str, said: str) -> None:
    text = sound.read_text()
    assert before in text
    sound.write_text(text.replace(before, after, 1))
    with pytest.raises(Misconfigured, match=said):
        load_settings(sound)


@pytest.mark.parametrize("name", ["SHOUWANG_WECHT__TOKEN", "SHOUWANG_WECHAT_TOKEN", "shouwang_tokens__x"])
def test_a_name_in_the_environment_that_is_no_setting_stops_the_start(
    sound: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "x")
    with pytest.raises(Misconfigured, match=f"{name}：没有这个设置"):
        load_settings(sound)


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="python -m bot init"):
        load_settings(tmp_path / "none.toml")


def test_every_key_of_the_example_is_explained() -> None:
    commented = False
    for line in EXAMPLE.read_text().splitlines():
        if line.startswith("#"):
            commented = True
        elif " = " in line:
            assert commented, line
        elif not line.strip():
            commented = False

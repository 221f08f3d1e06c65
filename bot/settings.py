"""Settings come from one TOML file and the environment; a wrong one stops the start with its name and what to write."""

import os
import re
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from models.base.errors import Misconfigured

PLACEHOLDER = "change-me"
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class Section(BaseModel):
    """A section of the file; a key it does not know is an error."""

    model_config = ConfigDict(extra="forbid")


class Templates(Section):
    """Template ids of the service account, by what is sent with them."""

    notice: str
    lesson: str
    task: str


class WeChat(Section):
    """The service account (服务号) and where the platform is."""

    app_id: str
    app_secret: SecretStr
    token: SecretStr
    encoding_aes_key: SecretStr
    mode: Literal["plain", "compatible", "safe"] = "safe"
    api_base: str = "https://api.weixin.qq.com"
    oauth_base: str = "https://open.weixin.qq.com"
    templates: Templates

    @field_validator("encoding_aes_key")
    @classmethod
    def _forty_three(cls, value: SecretStr) -> SecretStr:
        if not re.fullmatch(r"[A-Za-z0-9+/]{43}", value.get_secret_value()):
            raise ValueError("要写 43 个字母或数字，在公众平台“基本配置”里抄")
        return value


class Database(Section):
    """Where the database is. PostgreSQL, for a city, is still to come."""

    url: str = "sqlite:///data/shouwang.db"

    @field_validator("url")
    @classmethod
    def _known(cls, value: str) -> str:
        if not value.startswith("sqlite:///"):
            raise ValueError("要以 sqlite:/// 开头")
        return value


class Redis(Section):
    """Empty: everything is embedded in one process."""

    url: str = ""

    @field_validator("url")
    @classmethod
    def _known(cls, value: str) -> str:
        if value and not value.startswith(("redis://", "rediss://", "unix://")):
            raise ValueError("留空，或以 redis:// 开头")
        return value


class Server(Section):
    """Where the web server listens, and the address under which phones reach it."""

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    public_url: str = "http://127.0.0.1:8080"
    threads: int = Field(default=32, ge=4, le=256)


class Security(Section):
    """The key under which names, phones and words are sealed. Lose it and they are lost."""

    master_key: SecretStr
    older_keys: list[SecretStr] = []

    @field_validator("master_key")
    @classmethod
    def _long(cls, value: SecretStr) -> SecretStr:
        if len(value.get_secret_value().encode()) < 32:
            raise ValueError("要 32 个字符以上；python -m bot init 会生成一个")
        return value


class Bureau(Section):
    """Who signs what is sent."""

    name: str
    timezone: Literal["Asia/Shanghai"] = "Asia/Shanghai"


class Delivery(Section):
    """How hard the sender works."""

    in_flight: int = Field(default=64, ge=1, le=1000)
    urgent_workers: int = Field(default=1, ge=1, le=8)
    workers: int = Field(default=1, ge=1, le=8)


class Storage(Section):
    """Where photos, recordings, exports and the audit anchor are kept."""

    folder: Path = Path("data")


class Settings(BaseSettings):
    """Everything an operator decides. `demo` is no key: only the demo's own wiring sets it."""

    model_config = SettingsConfigDict(extra="forbid", env_prefix="SHOUWANG_", env_nested_delimiter="__")

    wechat: WeChat
    database: Database = Database()
    redis: Redis = Redis()
    server: Server = Server()
    security: Security
    bureau: Bureau
    delivery: Delivery = Delivery()
    storage: Storage = Storage()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment overrides the file; there is no other source."""
        return (env_settings, init_settings)

    @model_validator(mode="before")
    @classmethod
    def _no_placeholder(cls, values: dict[str, Any]) -> dict[str, Any]:
        left = [name for name, value in _leaves(values) if isinstance(value, str) and PLACEHOLDER in value]
        if left:
            raise ValueError(f"{'、'.join(left)}：还是示例里的占位文字，请换成真的")
        return values


def load_settings(path: Path | None = None, *, demo: bool = False) -> Settings:
    """The settings of a file (else of `SHOUWANG_CONFIG`, else `config.toml`) under the environment.

    Raises Misconfigured naming each setting that is wrong and what to write instead.
    """
    path = path or Path(os.environ.get("SHOUWANG_CONFIG", "config.toml"))
    if not path.is_file():
        raise Misconfigured(f"找不到设置文件 {path}。先运行：python -m bot init")
    try:
        settings = Settings(**TomlConfigSettingsSource(Settings, path)())
    except ValidationError as error:
        raise Misconfigured("\n".join(map(_in_words, error.errors()))) from error
    except ValueError as error:
        raise Misconfigured(f"{path}：{error}") from error
    if not demo:
        _fit_for_the_world(settings)
    return settings


def _fit_for_the_world(settings: Settings) -> None:
    if settings.wechat.mode == "plain":
        raise Misconfigured("wechat.mode：plain 只给演示用，请写 safe")
    for name in ("api_base", "oauth_base"):
        address = urlsplit(getattr(settings.wechat, name))
        if address.scheme != "https" and address.hostname not in LOOPBACK:
            raise Misconfigured(f"wechat.{name}：要以 https:// 开头")


def _leaves(values: dict[str, Any], above: str = "") -> list[tuple[str, Any]]:
    found = []
    for name, value in values.items():
        here = f"{above}.{name}" if above else name
        found += _leaves(value, here) if isinstance(value, dict) else [(here, value)]
    return found


def _in_words(error: Any) -> str:
    name = ".".join(map(str, error["loc"]))
    if error["type"] == "extra_forbidden":
        return f"{name}：没有这个设置，请看 config.example.toml"
    if error["type"] == "missing":
        return f"{name}：没有写，请看 config.example.toml"
    said = str(error["msg"]).removeprefix("Value error, ")
    expected = error.get("ctx", {}).get("expected")
    if expected:
        said = f"只能写 {expected}"
    return f"{name}：{said}" if name else said

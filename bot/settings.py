"""Settings come from one TOML file and the environment; a wrong one stops the start with its name and what to write."""

import os
import re
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from bot.setting_words import BELOW, PREFIX, in_words, unknown_in
from models.base.errors import Misconfigured
from models.base.texts import say
from models.messaging.outlets import AccountKind

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


class SubscribeTemplates(Section):
    """Template ids of subscription messages (订阅通知), one consent a send; empty: they are not used."""

    notice: str = ""


class WeChat(Section):
    """The account (服务号, or 订阅号 without templates) and where the platform is."""

    app_id: str = Field(min_length=1)
    app_secret: SecretStr = Field(min_length=1)
    token: SecretStr = Field(min_length=1)
    encoding_aes_key: SecretStr
    mode: Literal["plain", "compatible", "safe"] = "safe"
    api_base: str = "https://api.weixin.qq.com"
    oauth_base: str = "https://open.weixin.qq.com"
    kind: AccountKind = AccountKind.SERVICE
    templates: Templates
    subscribe_templates: SubscribeTemplates = SubscribeTemplates()

    @field_validator("encoding_aes_key")
    @classmethod
    def _forty_three(cls, value: SecretStr) -> SecretStr:
        if not re.fullmatch(r"[A-Za-z0-9+/]{43}", value.get_secret_value()):
            raise ValueError(say("setting.aes_key"))
        return value


class Database(Section):
    """One URL chooses SQLite (one machine) or PostgreSQL (a city)."""

    url: str = "sqlite:///data/shouwang.db"

    @field_validator("url")
    @classmethod
    def _known(cls, value: str) -> str:
        if not value.startswith(("sqlite:///", "postgresql+psycopg://")):
            raise ValueError(say("setting.database_url"))
        return value


class Redis(Section):
    """Empty: everything is embedded in one process. With PostgreSQL it makes a city: any number of processes."""

    url: str = ""

    @field_validator("url")
    @classmethod
    def _known(cls, value: str) -> str:
        if value and not value.startswith(("redis://", "rediss://", "unix://")):
            raise ValueError(say("setting.redis_url"))
        return value


class Server(Section):
    """Where the web server listens, and the address under which phones reach it."""

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    public_url: str = "http://127.0.0.1:8080"
    threads: int = Field(default=32, ge=4, le=256)
    processes: int = Field(default=2, ge=1, le=64)


class Security(Section):
    """The key under which names, phones and words are sealed. Lose it and they are lost."""

    master_key: SecretStr
    older_keys: list[SecretStr] = []

    @field_validator("master_key")
    @classmethod
    def _long(cls, value: SecretStr) -> SecretStr:
        if len(value.get_secret_value().encode()) < 32:
            raise ValueError(say("setting.master_key"))
        return value


class Bureau(Section):
    """Who signs what is sent."""

    name: str = Field(min_length=1)
    timezone: Literal["Asia/Shanghai"] = "Asia/Shanghai"


class Delivery(Section):
    """How hard the sender works."""

    in_flight: int = Field(default=128, ge=1, le=1000)
    per_minute: int = Field(default=0, ge=0, le=1_000_000)
    urgent_workers: int = Field(default=1, ge=1, le=8)
    workers: int = Field(default=1, ge=1, le=8)


class Storage(Section):
    """Where photos, recordings, exports and the audit anchor are kept."""

    folder: Path = Path("data")


class Settings(BaseSettings):
    """Everything an operator decides. `demo` is no key: only the demo's own wiring sets it."""

    model_config = SettingsConfigDict(extra="forbid", env_prefix=PREFIX, env_nested_delimiter=BELOW)

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

    @property
    def is_city(self) -> bool:
        """Whether the work is shared by processes, over Redis; else one process does it all."""
        return bool(self.redis.url)

    @model_validator(mode="after")
    def _redis_needs_a_server(self) -> Self:
        if self.redis.url and self.database.url.startswith("sqlite"):
            raise ValueError(say("setting.redis_needs_postgresql"))
        return self

    @model_validator(mode="before")
    @classmethod
    def _no_placeholder(cls, values: dict[str, Any]) -> dict[str, Any]:
        left = [name for name, value in _leaves(values) if isinstance(value, str) and PLACEHOLDER in value]
        if left:
            raise ValueError(say("setting.placeholder", names="、".join(left)))
        return values


def load_settings(path: Path | None = None, *, demo: bool = False) -> Settings:
    """The settings of a file (else of `SHOUWANG_CONFIG`, else `config.toml`) under the environment.

    Raises Misconfigured naming each setting that is wrong and what to write instead.
    """
    path = path or Path(os.environ.get("SHOUWANG_CONFIG", "config.toml"))
    if not path.is_file():
        raise Misconfigured(say("setting.no_file", path=path))
    if unknown := unknown_in(os.environ, tuple(Settings.model_fields)):
        raise Misconfigured("\n".join(say("setting.unknown", name=name) for name in unknown))
    try:
        settings = Settings(**TomlConfigSettingsSource(Settings, path)())
    except ValidationError as error:
        raise Misconfigured("\n".join(map(in_words, error.errors()))) from error
    except ValueError as error:
        raise Misconfigured(say("setting.unreadable", path=path, why=error)) from error
    if not demo:
        _fit_for_the_world(settings)
    return settings


def _fit_for_the_world(settings: Settings) -> None:
    if settings.wechat.mode == "plain":
        raise Misconfigured(say("setting.plain_mode"))
    for name in ("api_base", "oauth_base"):
        address = urlsplit(getattr(settings.wechat, name))
        if address.scheme != "https" and address.hostname not in LOOPBACK:
            raise Misconfigured(say("setting.https", name=name))


def _leaves(values: dict[str, Any], above: str = "") -> list[tuple[str, Any]]:
    found = []
    for name, value in values.items():
        here = f"{above}.{name}" if above else name
        found += _leaves(value, here) if isinstance(value, dict) else [(here, value)]
    return found

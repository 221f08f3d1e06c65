"""Opens the database that the settings name, and refuses one that is behind, or that is the demo's."""

from pathlib import Path

from bot.settings import Settings
from models.base.clock import Clock, SystemClock
from models.base.errors import Misconfigured
from models.base.marks import is_demo
from models.base.seal import Vault
from models.base.store import Store
from models.migrations import behind


def open_vault(settings: Settings) -> Vault:
    """The vault under the master key of the settings; older keys open what they sealed."""
    keys = [key.get_secret_value().encode() for key in (settings.security.master_key, *settings.security.older_keys)]
    return Vault(keys[0], tuple(keys[1:]))


def open_store(settings: Settings, clock: Clock | None = None, *, demo: bool = False) -> Store:
    """The store, ready for use. Raises Misconfigured where it is behind its migrations, or is the demo's by mistake."""
    store = open_unchecked(settings, clock)
    if behind(store.engine):
        raise Misconfigured("数据库还没有更新。先运行：python -m bot migrate")
    with store.read() as session:
        if is_demo(session) and not demo:
            raise Misconfigured("database.url：这是演示用的数据库，不能放真的孩子。请换一个")
    return store


def open_unchecked(settings: Settings, clock: Clock | None = None) -> Store:
    """The store as it is, for the migrations; its folder is made where it is missing."""
    url = settings.database.url
    if url.startswith("sqlite:///"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    return Store(url, clock or SystemClock(), open_vault(settings))

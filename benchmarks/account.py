"""The service account of the callback bench, and a bot's settings over a town of guardians who wait for a notice."""

import secrets
from datetime import timedelta
from pathlib import Path

from sqlmodel import update

from benchmarks.people import settle_school
from models.base.clock import SystemClock
from models.base.seal import Vault
from models.base.store import Store
from models.messaging.approval import from_rule
from models.messaging.audiences import Audience
from models.messaging.broadcasts import Broadcast, Urgency
from models.messaging.freezing.freezer import Freezer
from models.messaging.outbox import Delivery, State
from models.messaging.wording.notices import Notice
from models.migrations import upgrade

APP_ID, SECRET, TOKEN = "wx5aa5aa5aa5aa5aa5", "a-secret-for-benches", "callbacktoken"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
CARD = {"thing1": "防溺水：六不记牢", "thing2": "孩子出门，问清四句"}
NOTICE = Notice("water", "天热了，看住水", Urgency.URGENT, timedelta(days=1), "through", CARD, "在家", "在外", "")

_CONFIG = """
[wechat]
app_id = "{APP_ID}"
app_secret = "{secret}"
token = "{TOKEN}"
encoding_aes_key = "{AES_KEY}"
mode = "safe"
api_base = "{api}"
oauth_base = "{api}"
[wechat.templates]
notice = "T_notice"
lesson = "T_lesson"
task = "T_task"
[database]
url = "{database}"
[redis]
url = "{redis}"
[server]
port = {port}
public_url = "http://127.0.0.1:{port}"
[security]
master_key = "{key}"
[bureau]
name = "青禾守望"
[delivery]
in_flight = {in_flight}
[storage]
folder = "{storage}"
"""


def frozen(store: Store, count: int) -> int:
    """A school of so many guardians and an urgent broadcast to all of them, ready to be sent; its id."""
    with store.write() as session:
        school, approver = settle_school(session, count)
        made: Broadcast = from_rule(session, NOTICE, Audience(school.id), occurrence="bench", approved_by=approver)
    freezer = Freezer(store)
    while freezer.step():
        pass
    return made.id


def settings_of_a_town(folder: Path, count: int) -> Path:
    """The settings file of a bot whose guardians have been sent a notice; guardian n got msgid 10**9 + n."""
    key = secrets.token_urlsafe(48)
    store = Store(f"sqlite:///{folder}/bench.db", SystemClock(), Vault(key.encode()))
    upgrade(store.engine)
    frozen(store, count)
    with store.write() as session:
        sent = {"state": State.SENT, "first_try_at": session.now, "settled_at": session.now}
        session.exec(update(Delivery).values(**sent))
        session.connection().exec_driver_sql(
            "UPDATE delivery SET msgid = 1000000000 + CAST(substr(openid, 9) AS INTEGER)"
        )
    store.close()
    return write_config(folder, f"sqlite:///{folder}/bench.db", key)


def write_config(
    folder: Path,
    database: str,
    key: str,
    *,
    api: str = "http://127.0.0.1:9",
    redis: str = "",
    secret: str = SECRET,
    port: int = 8080,
    in_flight: int = 500,
) -> Path:
    """The settings file of a bot over this database and this platform, in this folder, where it keeps its media too."""
    storage = folder / "storage"
    storage.mkdir(exist_ok=True)
    facts: dict[str, object] = {
        "APP_ID": APP_ID,
        "TOKEN": TOKEN,
        "AES_KEY": AES_KEY,
        "secret": secret,
        "key": key,
        "storage": storage,
    }
    facts |= {"database": database, "api": api, "redis": redis, "port": port, "in_flight": in_flight}
    config = folder / "config.toml"
    config.write_text(_CONFIG.format(**facts), encoding="utf-8")
    return config

"""The house's own web application over a store of the test, with the real simulator as the platform that lets in."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import select
from werkzeug.test import TestResponse

from bot.app import open_house
from bot.settings import load_settings
from models.base.clock import SHANGHAI
from models.base.seal import Vault
from models.base.store import Store
from models.learning.digests import due_digests
from models.learning.enrolments import enrol_all
from models.messaging.freezing.freezer import Freezer
from models.messaging.links import token_for
from models.messaging.outbox import Delivery
from models.messaging.words import tell
from models.migrations import upgrade
from models.roster.consent import give_consent
from models.roster.people import Person
from tests.cast import OPENIDS, STRANGER, Cast, settle_in
from tests.conftest import FrozenClock
from tests.delivery.stories import approved
from tests.simulator.running import AES_KEY, APP_ID, SECRET, TOKEN, Simulator

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"
HERE = "http://127.0.0.1:8080"
KEY = b"a master key for tests, 32 bytes or more"
SUNDAY = datetime(2027, 6, 6, 10, 0, tzinfo=SHANGHAI)
_CSRF = re.compile(r'data-csrf="([^"]+)"')


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    phones = [{"openid": openid} for openid in (*OPENIDS.values(), STRANGER)]
    simulator = Simulator(tmp_path_factory.mktemp("platform"), phones=phones)
    yield simulator
    simulator.stop()


@dataclass(frozen=True)
class Books:
    """A migrated database with the cast, a notice and the evening's lessons in the outbox."""

    path: Path
    cast: Cast


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Books:
    path = tmp_path_factory.mktemp("books") / "shouwang.db"
    clock = FrozenClock(SUNDAY)
    store = Store(f"sqlite:///{path}", clock, Vault(KEY))
    upgrade(store.engine)
    with store.write() as session:
        cast = settle_in(session)
        for person in (cast.grandmother, cast.father, cast.other_mother):
            give_consent(session, person)
        enrol_all(session)
        approved(session, cast)
        tell(session, session.get_one(Person, cast.grandmother), "小满说想您了。", key="words", title="一句话")
    freezer = Freezer(store)
    while freezer.step():
        pass
    clock.advance(hours=9, minutes=31)
    with store.write() as session:
        due_digests(session)
    store.close()
    return Books(path, cast)


class Browser:
    """One phone's browser: its cookies, and the platform that knows whose phone it is."""

    def __init__(self, app: Flask, platform: Simulator, openid: str) -> None:
        self.client: FlaskClient = app.test_client()
        self.platform = platform
        self._openid = openid

    def get(self, path: str) -> TestResponse:
        return self.client.get(path, base_url=HERE, buffered=True)

    def opens(self, path: str) -> TestResponse:
        """Follows the redirects as a browser does, by way of the platform; the page at the end."""
        answer = self.get(path)
        for _ in range(5):
            if answer.status_code != 302:
                return answer
            target = answer.headers["Location"]
            if target.startswith(self.platform.url):
                cookies = {"Cookie": f"sim_phone={self._openid}"}
                passed = requests.get(target, headers=cookies, allow_redirects=False, timeout=10)
                assert passed.status_code == 302, passed.text
                target = passed.headers["Location"]
            parts = urlsplit(target)
            answer = self.get(f"{parts.path}?{parts.query}" if parts.query else parts.path)
        raise AssertionError("the redirects go round")

    def presses(self, path: str, token: str | None) -> TestResponse:
        """A POST with this form token."""
        headers = {"X-CSRFToken": token} if token else {}
        return self.client.post(path, base_url=HERE, headers=headers)


def form_token(answer: TestResponse) -> str:
    found = _CSRF.search(answer.text)
    assert found, answer.text
    return found[1]


class Web:
    """The application and what its pages are of."""

    def __init__(self, app: Flask, store: Store, cast: Cast, platform: Simulator) -> None:
        self.app, self.store, self.cast = app, store, cast
        self._platform = platform

    def browser(self, who: str) -> Browser:
        return Browser(self.app, self._platform, OPENIDS.get(who, STRANGER))

    def page(self, who: str, kind: str) -> str:
        """The address of somebody's page: of their notice, lesson or task."""
        return f"/p/{token_for(self.store.vault, self.delivery(who, kind).id)}"

    def delivery(self, who: str, kind: str) -> Delivery:
        with self.store.read() as session:
            wanted = select(Delivery).where(Delivery.openid == OPENIDS[who], Delivery.kind == kind)
            return session.exec(wanted).one()

    def rows(self) -> str:
        """Everything that is written in the database, to be compared."""
        with self.store.read() as session:
            driver = session.connection().connection.driver_connection
            assert driver is not None
            return "\n".join(driver.iterdump())


@pytest.fixture
def web(model: Books, platform: Simulator, tmp_path: Path, clock: FrozenClock) -> Iterator[Web]:
    (tmp_path / "data").mkdir()
    for each in model.path.parent.glob("shouwang.db*"):
        shutil.copy(each, tmp_path / "data")
    text = EXAMPLE.read_text()
    for before, after in {
        'app_id = "change-me"': f'app_id = "{APP_ID}"',
        'app_secret = "change-me"': f'app_secret = "{SECRET}"',
        '\ntoken = "change-me"': f'\ntoken = "{TOKEN}"',
        'encoding_aes_key = "change-me"': f'encoding_aes_key = "{AES_KEY}"',
        "https://api.weixin.qq.com": platform.url,
        "https://open.weixin.qq.com": platform.url,
        "sqlite:///data/": f"sqlite:///{tmp_path}/data/",
        "https://change-me.example.cn": HERE,
        'master_key = "change-me"': f'master_key = "{KEY.decode()}"',
        'folder = "data"': f'folder = "{tmp_path}/data"',
        "change-me": "青禾守望",
    }.items():
        assert before in text
        text = text.replace(before, after)
    (tmp_path / "config.toml").write_text(text)
    clock.set(SUNDAY)
    clock.advance(hours=10)
    house = open_house(load_settings(tmp_path / "config.toml"), clock)
    yield Web(house.web, house.store, model.cast, platform)
    for worker in house.workers:
        worker.close()
    house.store.close()

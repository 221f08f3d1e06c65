"""A city by two lines of its settings: serve, schedule and work as processes, on PostgreSQL and Redis."""

import re
import tomllib
from collections.abc import Iterator

import pytest
import redis
import requests

from benchmarks.servers import Postgres, Redis
from models.base.clock import SystemClock
from models.base.ids import new_id
from tests.commands.conftest import WANG, fill_books
from tests.commands.office import Office
from tests.commands.processes import children, end_all, ends, healthy, is_free, leader, runs
from tests.ports import free_port
from tests.waiting import PATIENCE, until
from tests.wechat.signing import decrypted, encrypted, safe_request, text_xml


@pytest.fixture(scope="module")
def own_redis() -> Iterator[Redis]:
    """One that a test may end."""
    server = Redis()
    yield server
    server.stop()


@pytest.fixture
def city(bare: Office, postgres: Postgres, own_redis: Redis) -> Iterator[Office]:
    bare.does("init")
    bare.fill_in()
    bare.change("port = 8080", f"port = {free_port()}")
    bare.change("processes = 2", "processes = 1")
    bare.change("https://api.weixin.qq.com", "http://127.0.0.1:9")
    before, after = bare.config.read_text().split("[redis]")
    bare.config.write_text(before + "[redis]" + after.replace('url = ""', f'url = "{own_redis.url}"', 1))
    name = postgres.new_database()
    bare.change("sqlite:///data/shouwang.db", postgres.url(name))
    yield bare
    postgres.drop_database(name)


def written(city: Office, port: int, text: str) -> str:
    """What the account answers to somebody who writes to it."""
    account = tomllib.loads(city.config.read_text())["wechat"]
    key, now = account["encoding_aes_key"], SystemClock().now()
    message = text_xml(text, msg_id=str(new_id()), created=int(now.timestamp()))
    query, body = safe_request(now, encrypted(message, account["app_id"], key), token=account["token"])
    answer = requests.post(
        f"http://127.0.0.1:{port}/wechat", params=query, data=body, timeout=PATIENCE, proxies={"http": ""}
    )
    assert answer.status_code == 200
    sealed = re.search(r"<Encrypt><!\[CDATA\[(.+?)\]\]>", answer.text)
    assert sealed is not None, answer.text
    return decrypted(sealed[1], key)[0]


def test_redis_without_postgresql_is_refused_in_words(city: Office) -> None:
    url = tomllib.loads(city.config.read_text())["database"]["url"]
    city.change(url, "sqlite:///data/shouwang.db")
    assert "redis.url：几个进程一起干活要用 PostgreSQL" in city.refuses("migrate")


def test_a_command_says_no_line_of_the_log_while_redis_is_away(city: Office, own_redis: Redis) -> None:
    city.does("migrate")
    fill_books(city)
    drafted = city.does("broadcast", "new", "--by", WANG, "--notice", "drowning")
    number = re.findall(r"编号 (\d{6})", drafted)[0]
    own_redis.crash()
    try:
        done = city.bot("broadcast", "test", number, "--by", WANG)
        assert (done.status, done.err) == (0, "") and "请看自己的微信" in done.out
    finally:
        own_redis.start()


def test_serve_schedule_and_work_make_a_city_and_end_cleanly(city: Office, own_redis: Redis) -> None:
    city.does("migrate")
    port = tomllib.loads(city.config.read_text())["server"]["port"]
    running = {command: city.start(command) for command in ("serve", "schedule", "work")}
    try:
        until(lambda: healthy(port) and bool(leader(city)), *running.values())
        client = redis.Redis.from_url(own_redis.url)
        until(lambda: client.exists("shouwang:wx1:bell:__heartbeats__") == 1, running["work"])
        said = city.does("doctor", "--offline")
        assert "[好] 服务" in said and "[好] 定时\n" in said and "[好] 各进程共用的 Redis（Redis " in said
        assert f"server.port：127.0.0.1:{port} 用不了" in city.refuses("serve")
        assert "绑定" in written(city, port, "你好")  # through granian, encrypted both ways
        client.close()
        own_redis.crash()
        assert "[坏] 各进程共用的 Redis：用不了" in city.refuses("doctor", "--offline")
        assert healthy(port) and written(city, port, "你好")
    finally:
        said = ends(*running.values())
        if not own_redis.pid:
            own_redis.start()
    assert f"在 http://127.0.0.1:{port} 等消息" in said
    assert not healthy(port) and not leader(city)


def test_a_serve_that_is_killed_leaves_the_port_to_the_next(city: Office) -> None:
    city.does("migrate")
    port = tomllib.loads(city.config.read_text())["server"]["port"]
    city.change("processes = 1", "processes = 2")
    first = city.start("serve")
    until(lambda: healthy(port), first)
    began = children(first)
    first.kill()
    try:
        until(lambda: is_free(port) and not any(map(runs, began)))
    finally:
        end_all(began)
    first.communicate()  # nobody holds the other end of what it said
    second = city.start("serve")
    until(lambda: healthy(port), second)
    ends(second)

"""A real simulator process, and a small server that stands in for the bot, opened and sealed by wechatpy."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit
from xml.etree import ElementTree

import requests
from wechatpy.crypto import WeChatCrypto

from tests.waiting import PATIENCE

APP_ID, SECRET, TOKEN = "wx5aa5aa5aa5aa5aa5", "a-secret-of-the-simulator", "callbacktoken"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
ROOT = Path(__file__).parents[2]
ACCOUNT = "gh_qinghe000001"


def settings(**changed: Any) -> dict[str, Any]:
    return {
        "app_id": APP_ID,
        "app_secret": SECRET,
        "token": TOKEN,
        "encoding_aes_key": AES_KEY,
        "mode": "safe",
        "templates": {
            "T_notice": {"title": "安全提示", "fields": [{"key": "thing1", "label": "内容"}, "thing2"]},
        },
        "subscribe_templates": {"S_lesson": {"title": "课程提醒", "fields": ["thing1"]}},
        "phones": [
            {"openid": "o_lin", "name": "林老师", "role": "teacher"},
            {"openid": "o_nainai", "name": "奶奶", "role": "grandmother"},
            {"openid": "o_baba", "name": "爸爸", "role": "father"},
            {"openid": "o_wang", "name": "王主任", "role": "admin"},
        ],
        **changed,
    }


class Simulator:
    """The process and its two sides: `call` as the bot does, `ask` and `tell` as tests do."""

    def __init__(self, folder: Path, **changed: Any) -> None:
        config = folder / "simulator.json"
        config.write_text(json.dumps(settings(clock_file=str(folder / "clock"), **changed)), encoding="utf-8")
        self.clock_file = folder / "clock"
        self._process = subprocess.Popen(
            [sys.executable, "-m", "simulator", "--config", str(config)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line.startswith("simulator ready "), line
        self.url = line.split()[-1]
        self._http = requests.Session()
        self._http.trust_env = False
        self._token = ""

    def stop(self) -> None:
        self._http.close()
        self._process.terminate()
        assert self._process.wait(PATIENCE) == 0
        assert self._process.stdout is not None
        self._process.stdout.close()

    def forget_token(self) -> None:
        self._token = ""

    def raw(self, method: str, path: str, **more: Any) -> requests.Response:
        return self._http.request(method, self.url + path, timeout=PATIENCE, **more)

    def call(self, path: str, /, body: Any = None, token: str | None = None, **query: Any) -> dict[str, Any]:
        """A platform call with a token: POST with a body, else GET."""
        query = {"access_token": self.token() if token is None else token, **query}
        method = "GET" if body is None else "POST"
        answer = self.raw(method, f"{path}?{urlencode(query)}", json=body).json()
        assert isinstance(answer, dict)
        return answer

    def token(self) -> str:
        if not self._token:
            self._token = self.stable_token()["access_token"]
        return self._token

    def stable_token(self, **more: Any) -> dict[str, Any]:
        body = {"grant_type": "client_credential", "appid": APP_ID, "secret": SECRET, **more}
        answer = self.raw("POST", "/cgi-bin/stable_token", json=body).json()
        assert isinstance(answer, dict)
        return answer

    def template(self, openid: str = "o_lin", client_msg_id: str = "", **values: str) -> dict[str, Any]:
        data = {name: {"value": value} for name, value in ({"thing1": "看住水", "thing2": "回1"} | values).items()}
        body = {"touser": openid, "template_id": "T_notice", "data": data, "client_msg_id": client_msg_id}
        return self.call("/cgi-bin/message/template/send", body)

    def custom(self, openid: str, text: str = "您好") -> int:
        body = {"touser": openid, "msgtype": "text", "text": {"content": text}}
        return int(self.call("/cgi-bin/message/custom/send", body)["errcode"])

    def ask(self, path: str, /, **query: Any) -> Any:
        return self.raw("GET", f"{path}?{urlencode(query)}").json()

    def tell(self, path: str, /, **body: Any) -> Any:
        if path == "/sim/clock":
            self.forget_token()  # tokens live by that clock
        answer = self.raw("POST", path, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def say(self, openid: str, text: str) -> dict[str, Any]:
        answer = self.tell("/sim/say", openid=openid, text=text)
        assert isinstance(answer, dict)
        return answer

    def still(self) -> None:
        assert self.ask("/sim/idle", timeout=15)["idle"]

    def shown(self, openid: str, kind: str = "") -> list[dict[str, Any]]:
        """What came to this phone and is seen on it."""
        entries = self.ask("/sim/ledger", openid=openid, kind=kind)
        return [entry for entry in entries if entry["direction"] == "out" and entry["visible"]]


Answering = Callable[[ElementTree.Element, "Bot"], bytes | None]


class Bot:
    """Answers callbacks; keeps query and opened message of each. None as an answer closes the connection."""

    def __init__(self, mode: str = "safe") -> None:
        self.mode = mode
        self.crypto = WeChatCrypto(TOKEN, AES_KEY, APP_ID)
        self.queries: list[dict[str, str]] = []
        self.bodies: list[bytes] = []
        self.messages: list[ElementTree.Element] = []
        self.answering: Answering = lambda message, bot: bot.reply(message, "收到")
        self.wait = threading.Event()  # set at the end, so that nobody who waits here outlives the test
        bot = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                query = dict(parse_qsl(urlsplit(self.path).query))
                bot.queries.append(query)
                self._send(query["echostr"].encode())

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                answer = bot._take(dict(parse_qsl(urlsplit(self.path).query)), body)
                if answer is None:
                    self.close_connection = True
                else:
                    self._send(answer)

            def _send(self, body: bytes) -> None:
                try:
                    self.send_response(200)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                except OSError:
                    self.close_connection = True  # the platform hung up

            def log_message(self, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/wechat"

    def stop(self) -> None:
        self.wait.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _take(self, query: dict[str, str], body: bytes) -> bytes | None:
        text = body.decode()
        if self.mode != "plain":
            text = self.crypto.decrypt_message(text, query["msg_signature"], query["timestamp"], query["nonce"])
        message = ElementTree.fromstring(text)
        self.queries.append(query)
        self.bodies.append(body)
        self.messages.append(message)
        return self.answering(message, self)

    def reply(self, message: ElementTree.Element, text: str, **changed: str) -> bytes:
        fields = {
            "ToUserName": message.findtext("FromUserName"),
            "FromUserName": ACCOUNT,
            "CreateTime": "1800000000",
            "MsgType": "text",
            "Content": f"<![CDATA[{text}]]>",
            **changed,
        }
        return self.seal("<xml>" + "".join(f"<{key}>{value}</{key}>" for key, value in fields.items()) + "</xml>")

    def seal(self, xml: str) -> bytes:
        if self.mode == "plain":
            return xml.encode()
        return str(self.crypto.encrypt_message(xml, "nonce123", "1800000000")).encode()

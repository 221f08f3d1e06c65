"""python -m benchmarks.contenders.wechatpy_threads URL COUNT THREADS: wechatpy's own send_template, no database."""

import sys
from concurrent.futures import ThreadPoolExecutor

from wechatpy import WeChatClient

from benchmarks.contenders import measured
from benchmarks.people import openid

DATA = {"thing1": {"value": "防溺水：六不记牢"}, "thing2": {"value": "孩子出门，问清四句"}}


class Client(WeChatClient):  # type: ignore[misc]  # wechatpy has no types
    """Its token is at hand; its base address is the sink's."""

    @property
    def access_token(self) -> str:
        return "sink"


def main(url: str, count: int, threads: int) -> None:
    client = Client("wx0000000000000001", "secret", auto_retry=False)
    client.API_BASE_URL = f"{url}/cgi-bin/"
    client._http.trust_env = False

    def send(number: int) -> None:
        client.message.send_template(openid(number), "T" * 43, DATA, url="https://shouwang.example.cn/p/1")

    send(0)
    with measured(count):
        if threads == 1:
            for number in range(count):
                send(number)
        else:
            with ThreadPoolExecutor(threads) as pool:
                list(pool.map(send, range(count)))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))

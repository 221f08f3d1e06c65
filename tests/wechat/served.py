"""A callback as it is served: the real web server on loopback, and whoever speaks to it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from flask import Flask

from bot.behind import Behind
from bot.door import Door
from bot.listening import Listening
from bot.wechat.callback import PATH, Callback
from tests.ports import free_port


@contextmanager
def served(callback: Callback) -> Iterator[int]:
    """Serves one callback, and nothing behind it; the port."""
    with ThreadPoolExecutor(1) as executor:
        port = free_port()
        listening = Listening(Door({PATH: callback.answer}, Behind(Flask("behind"), executor)), host=HOST, port=port)
        try:
            yield port
        finally:
            listening.end()


HOST = "127.0.0.1"

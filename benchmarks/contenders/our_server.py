"""python -m benchmarks.contenders.our_server CONFIG PORT: the real application on waitress, without the scheduler."""

import logging
import sys
from pathlib import Path

from waitress import serve

from bot.app import create_app
from bot.settings import load_settings

if __name__ == "__main__":
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a burst waits in the queue: that is the bench
    serve(create_app(load_settings(Path(sys.argv[1]))), host="127.0.0.1", port=int(sys.argv[2]), threads=32)

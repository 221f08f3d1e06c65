"""python -m benchmarks.contenders.our_server CONFIG PORT: the real application as `serve` runs it, without the
scheduler and the delivery."""

import sys
import threading
from pathlib import Path

from bot.app import open_door
from bot.garbage import look_for_garbage_rarely
from bot.listening import Listening
from bot.settings import load_settings
from bot.threads import change_threads_often

if __name__ == "__main__":
    door = open_door(load_settings(Path(sys.argv[1])))
    look_for_garbage_rarely()
    change_threads_often()
    listening = Listening(door, host="127.0.0.1", port=int(sys.argv[2]))
    threading.Event().wait()

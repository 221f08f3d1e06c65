"""Logs say what happened to which row: ids and codes, never what people wrote, who they are or how to call them."""

import logging
import sys

FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"


def only_words() -> None:
    """Until `set_up` nothing is logged: a command says in words what somebody who typed it should know, and a line of
    the log between them (Redis is away) would say nothing that they can do something about."""
    root = logging.getLogger()
    if not root.handlers:
        root.addHandler(logging.NullHandler())


def set_up(level: int = logging.INFO) -> None:
    """Logs to standard error, once per process."""
    logging.basicConfig(level=level, format=FORMAT, stream=sys.stderr, force=True)
    logging.getLogger("apscheduler").setLevel(logging.WARNING)  # it tells of every look, two a second
    for noisy in ("alembic", "urllib3", "werkzeug"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
    # What Dramatiq says is that Redis is away, every three seconds and with a traceback: bot/city/link.py says it once.
    logging.getLogger("dramatiq").setLevel(logging.CRITICAL + 1)

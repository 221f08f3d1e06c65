"""The web server of the city setting: granian, which hands requests to processes of its own; this one only watches."""

import multiprocessing
from functools import partial
from typing import Any

import click
from granian import Granian

from bot.app import open_door
from bot.city.parent import end_with_parent
from bot.database import open_store
from bot.door import Door
from bot.garbage import look_for_garbage_rarely
from bot.listening import SHAPE, must_be_free
from bot.log import set_up
from bot.settings import Settings
from bot.threads import change_threads_often
from models.base.errors import Misconfigured
from models.base.texts import say

_ENDS_WITHIN = 10
"""Seconds for answers under way."""


def serve_city(settings: Settings) -> None:
    """Serves callbacks and pages until SIGTERM or Ctrl-C. Raises Misconfigured where the port is taken, or the database
    is not ready: its processes would only be begun again and again."""
    open_store(settings).close()
    server = settings.server
    _must_be_free(server.host, server.port)

    multiprocessing.set_start_method("spawn")  # a fork of a process that has threads may hang
    granian = Granian(
        "bot.app",
        address=server.host,
        port=server.port,
        workers=server.processes,
        **SHAPE,
        respawn_failed_workers=True,
        workers_kill_timeout=_ENDS_WITHIN,
    )
    click.echo(say("cli.serve_waits", address=f"http://{server.host}:{server.port}"))
    loader: Any = partial(_loaded, settings)  # granian's type leaves out what it serves: an object with __rsgi__
    granian.serve(target_loader=loader, wrap_loader=False)


def _loaded(settings: Settings) -> Door:
    """In each process, which shares nothing with this one."""
    set_up()
    end_with_parent(_ENDS_WITHIN)
    door = open_door(settings)
    look_for_garbage_rarely()
    change_threads_often()
    return door


def _must_be_free(host: str, port: int) -> None:
    try:
        must_be_free(host, port)
    except OSError as error:
        raise Misconfigured(say("setting.port", host=host, port=port, why=error.strerror)) from error

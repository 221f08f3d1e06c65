"""The web server of the city setting: granian, which hands requests to processes of its own; this one only watches."""

import multiprocessing
import socket
from functools import partial

import click
from flask import Flask
from granian import Granian
from granian.constants import HTTPModes, Interfaces

from bot.app import create_app
from bot.database import open_store
from bot.garbage import look_for_garbage_rarely
from bot.log import set_up
from bot.settings import Settings
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
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        websockets=False,
        workers=server.processes,
        blocking_threads=server.threads,
        log_enabled=False,
        respawn_failed_workers=True,
        workers_kill_timeout=_ENDS_WITHIN,
    )
    click.echo(say("cli.serve_waits", address=f"http://{server.host}:{server.port}"))
    granian.serve(target_loader=partial(_loaded, settings), wrap_loader=False)


def _loaded(settings: Settings) -> Flask:
    """In each process, which shares nothing with this one."""
    set_up()
    web = create_app(settings)
    look_for_garbage_rarely()
    return web


def _must_be_free(host: str, port: int) -> None:
    try:
        with socket.create_server((host, port)):
            pass
    except OSError as error:
        raise Misconfigured(say("setting.port", host=host, port=port, why=error.strerror)) from error

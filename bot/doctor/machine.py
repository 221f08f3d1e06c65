"""The machine and the settings: can files be written, is there room, does the server answer."""

import errno
import http.client
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from bot.app import House
from bot.doctor.finding import Finding, bad, look, or_good
from bot.settings import LOOPBACK, Settings
from bot.wechat.errors import PlatformSilent
from bot.wechat.wire import Wire

_MB = 1024 * 1024
_FULL_MB, _LOW_MB = 200, 2048
_ANSWERS_IN = 3.0


def settings(found: Settings, path: Path) -> list[Finding]:
    """Who may read the keys, and whether phones can open pages."""
    about, faults = "doctor.settings", []
    if path.is_file() and path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH) and os.name == "posix":
        faults.append(look(about, "doctor.settings_open", path=path))
    address = urlsplit(found.server.public_url)
    if address.scheme != "https" or address.hostname in LOOPBACK:
        faults.append(look(about, "doctor.settings_local", url=found.server.public_url))
    return or_good(about, faults)


def folder(house: House) -> Iterator[Finding]:
    """Whether photos, recordings and the audit anchor can be kept."""
    place = house.settings.storage.folder
    try:
        place.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=place) as trial:
            trial.write(b"?")
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            yield bad("doctor.folder", "doctor.folder_closed", path=place)
            return
    else:
        yield Finding("doctor.folder")
    free = shutil.disk_usage(place).free // _MB
    if free < _FULL_MB:
        yield bad("doctor.disk", "doctor.disk_full", path=place, free=free)
    elif free < _LOW_MB:
        yield look("doctor.disk", "doctor.disk_low", path=place, free=free)
    else:
        yield Finding("doctor.disk")


def running(house: House) -> Iterator[Finding]:
    """Whether the web server answers at its own address."""
    address, status = f"http://{_host(house)}:{house.settings.server.port}", answers(house)
    if status is None:
        yield look("doctor.running", "doctor.running_not", address=address)
    elif status == http.client.OK:
        yield Finding("doctor.running")
    else:
        yield bad("doctor.running", "doctor.running_sick", address=address, status=status)


def answers(house: House) -> int | None:
    """The HTTP status with which the web server answers at its own address; None where nobody does."""
    asked = http.client.HTTPConnection(_host(house), house.settings.server.port, timeout=_ANSWERS_IN)
    try:
        asked.request("GET", "/healthz")
        return asked.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        asked.close()


def _host(house: House) -> str:
    host = house.settings.server.host
    return "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104  # read, not bound


def outside(house: House) -> Iterator[Finding]:
    """Whether the address that phones use leads here. Some networks cannot reach their own outside: hence no more
    than something to look after."""
    url = house.settings.server.public_url
    if urlsplit(url).hostname in LOOPBACK:
        return
    try:
        Wire(url, timeout_seconds=_ANSWERS_IN).exchange("GET", "/healthz")
    except PlatformSilent:
        yield look("doctor.outside", "doctor.outside_silent", url=url)
    else:
        yield Finding("doctor.outside")

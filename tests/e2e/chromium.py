"""Debian's chromium for the tests: how it is started, how long what it shows is waited for, and what to do where it is
missing."""

import shutil
from typing import Any

from playwright.sync_api import expect

expect.set_options(timeout=60_000)  # ms: playwright's own five seconds say how busy the machine is
ARGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


def launch_args() -> dict[str, Any]:
    """What playwright starts chromium with. A machine without it is told what to install; nothing is skipped."""
    path = shutil.which("chromium")
    if path is None:
        raise RuntimeError("The browser tests need chromium. On Debian: sudo apt-get install chromium fonts-noto-cjk")
    return {"executable_path": path, "args": list(ARGS)}

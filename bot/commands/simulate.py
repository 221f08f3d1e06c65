"""`simulate`: starts the WeChat of this machine, a program of its own that shares nothing with the bot."""

import os
import sys
from pathlib import Path

import click


@click.command("simulate")
@click.option("--config", type=click.Path(path_type=Path, exists=True), required=True, help="The simulator's settings.")
@click.option("--port", default=0, show_default=True, help="0 chooses a free one.")
def simulate(config: Path, port: int) -> None:
    """Start the simulator alone: a strict WeChat on this machine's loopback address."""
    command = [sys.executable, "-m", "simulator", "--config", str(config), "--port", str(port)]
    os.execv(sys.executable, command)  # noqa: S606  # no shell is wanted

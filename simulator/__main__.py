"""python -m simulator --config FILE.json [--port N] [--end-with-stdin]: WeChat on this machine."""

import argparse
import sys
from pathlib import Path

from simulator.config import BadConfig, load
from simulator.server import main

parser = argparse.ArgumentParser(prog="python -m simulator", description="WeChat on this machine, loopback only.")
parser.add_argument("--config", type=Path, required=True, help="settings as JSON")
parser.add_argument("--port", type=int, default=0, help="0 takes any free port")
parser.add_argument("--end-with-stdin", action="store_true", help="end where the standard input ends")
arguments = parser.parse_args()
try:
    main(load(arguments.config), arguments.port, end_with_stdin=arguments.end_with_stdin)
except (BadConfig, OSError) as error:
    sys.stderr.write(f"{error}\n")
    sys.exit(2)

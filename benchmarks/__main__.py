"""python -m benchmarks NAME: one bench, its table, its figures and a last line of judgement."""

import argparse
import importlib

from benchmarks import NAMES, SIZED

parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
parser.add_argument("name", choices=NAMES)
parser.add_argument("--rounds", type=int, help="how often each contender runs; the median counts")
parser.add_argument("--share", type=float, default=1.0, help="of the people of plan and scale: 0.1 for a tenth")
arguments = parser.parse_args()
bench = importlib.import_module(f"benchmarks.{arguments.name}")
sized = {"share": arguments.share} if arguments.name in SIZED else {}
bench.main(arguments.rounds or bench.ROUNDS, **sized)

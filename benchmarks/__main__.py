"""python -m benchmarks NAME: one bench, its table, its figures and a last line of judgement."""

import argparse
import importlib

NAMES = ("send", "callback")

parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
parser.add_argument("name", choices=NAMES)
parser.add_argument("--rounds", type=int, default=5, help="how often each contender runs; the median counts")
arguments = parser.parse_args()
importlib.import_module(f"benchmarks.{arguments.name}").main(arguments.rounds)

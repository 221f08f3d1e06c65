"""python -m benchmarks.contenders.city_worker CLOCK_FILE: `python -m bot work`, by a clock set to the morning."""

import sys
from pathlib import Path

from bot.app import open_house
from bot.log import set_up
from bot.serving import Running, told_to_end
from bot.settings import load_settings
from models.base.clock import FileClock

if __name__ == "__main__":
    set_up()
    house = open_house(load_settings(), FileClock(Path(sys.argv[1])))
    told = told_to_end()
    with Running(house, web=False, schedule=False):
        told.wait()

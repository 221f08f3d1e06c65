"""Benches are there, are made by `make bench`, and are explained; no figure is tried here: a bench is no timed test."""

import importlib
from pathlib import Path

import pytest
from sqlmodel import col, func, select

from benchmarks import NAMES
from benchmarks.harness import Judgement, ratio
from benchmarks.people import openid, settle_crowd
from models.base.store import Store
from models.roster.accounts import Account
from models.roster.units import Unit
from tests.cast import Cast

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("name", NAMES)
def test_every_bench_runs_by_its_name_is_made_and_explained(name: str) -> None:
    bench = importlib.import_module(f"benchmarks.{name}")
    assert bench.ROUNDS >= 1 and callable(bench.main)
    assert f"-m benchmarks {name}" in (ROOT / "Makefile").read_text()
    assert f"python -m benchmarks {name}" in (ROOT / "benchmarks" / "README.md").read_text()


def test_a_ratio_is_the_median_of_rounds_and_short_says_so() -> None:
    found = {
        "ours": [{"rate": 2.0}, {"rate": 9.0}, {"rate": 4.0}],
        "peer": [{"rate": 1.0}, {"rate": 1.0}, {"rate": 1.0}],
    }
    assert ratio(found, "ours", "peer") == 4.0
    assert Judgement("ours/peer", 4.0, 4).passed and not Judgement("ours/peer", 3.9, 4).passed


def test_a_crowd_is_named_as_the_simulator_names_it(store: Store, cast: Cast) -> None:
    with store.write() as session:
        settle_crowd(session, session.get_one(Unit, cast.class_), 3, first=999)
    with store.read() as session:
        named = select(Account.openid).where(col(Account.openid).startswith("o_crowd_")).order_by(col(Account.openid))
        assert session.exec(named).all() == [openid(number) for number in (999, 1000, 1001)]
        assert session.exec(select(func.count(func.distinct(Account.person_id)))).one() >= 3

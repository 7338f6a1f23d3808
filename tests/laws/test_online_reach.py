"""The generator of online histories takes every way through the engine, counted."""

from __future__ import annotations

from collections import Counter
from random import Random

from tests.laws.online import policy
from tests.laws.online_reach import BACKGROUND, WAYS, counted
from tests.laws.online_run import Run, begun

HISTORIES = 60
CALM = 8
BEHIND = 12
LEAST = 3


def test_histories_take_every_way() -> None:
    """Joins, touches, flips, limits, digests, and every way of an id, each at least three times."""
    with counted() as found:
        for seed in range(HISTORIES):
            r = Random(seed)
            with begun(r) as run:
                for _ in range(12):
                    run.step(r)
        for seed in range(CALM):
            r = Random(seed)
            with Run(policy(r, calm=True), values=12) as run:
                run.say([run.history.event(r) for _ in range(50)])
    assert {name: found[name] for name in WAYS if found[name] < LEAST} == {}


def test_small_budgets_reach_the_background() -> None:
    """Inputs wait, and what the background read is changed by others meanwhile."""
    found: Counter[str] = Counter()
    seed = 0
    while any(found[name] < LEAST for name in BACKGROUND):
        assert seed < BEHIND * 20, found
        with counted() as some:
            r = Random(seed)
            with begun(r, budget=3) as run:
                for _ in range(4):
                    run.say([run.history.event(r) for _ in range(6)])
                run.finish()
        found.update(some)
        seed += 1

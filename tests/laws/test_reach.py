"""The generators meet every rule: counted over a fixed number of worlds."""

from __future__ import annotations

from collections import Counter
from random import Random

from sameas.engine.reference import Ledger, advance
from tests.laws.histories import history
from tests.laws.reach import EVENTS, reached
from tests.laws.worlds import world

WORLDS = 700
HISTORIES = 300
LEAST = 3
ID_EVENTS = (
    *("created", "merged", "split", "unchanged", "removed"),
    *("passed at sign-up", "passed at withdrawal", "gone", "second incarnation"),
)


def test_worlds_reach_every_rule() -> None:
    """Each constraint, standing, tie, alias, limit and both paths happen at least three times."""
    found: Counter[str] = Counter()
    for seed in range(WORLDS):
        found.update(reached(world(Random(seed), max_records=14)))
    assert {name: found[name] for name in EVENTS if found[name] < LEAST} == {}


def test_histories_reach_every_way_of_an_id() -> None:
    """Ids are made, merged, split, kept, passed on and lost, each at least three times."""
    found: Counter[str] = Counter()
    for seed in range(HISTORIES):
        ledger = Ledger(bytes(16))
        for arrival in history(Random(seed)):
            before = ledger
            ledger, moved = advance(ledger, arrival.profiles, arrival.times, arrival.signed_up)
            found.update(one.change for one in moved)
            for name, old in before.ids.items():
                new = ledger.ids[name].carrier
                if old.carrier == new:
                    continue
                if new is None:
                    found["gone"] += 1
                elif old.carrier not in arrival.times:
                    found["passed at withdrawal"] += 1
                elif new in arrival.signed_up:
                    found["passed at sign-up"] += 1
            found["second incarnation"] += sum(one[1] > 0 for one in ledger.arrivals.values())
    assert {name: found[name] for name in ID_EVENTS if found[name] < LEAST} == {}

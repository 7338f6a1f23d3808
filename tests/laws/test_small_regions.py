"""What plain code says of a small region is what the batch engine says of it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from sameas.engine.online import slow
from sameas.engine.online import solve as solving
from sameas.engine.online.matches.small import resolve_small
from tests.laws.test_online import seeds
from tests.laws.test_online_matches import history

if TYPE_CHECKING:
    from sameas.engine.online.region import Region
    from sameas.engine.online.solve import Resolved
    from sameas.engine.online.state import State
    from sameas.engine.online.unit import Unit


def same(small: Resolved, full: Resolved) -> bool:
    """All that is written down is one."""
    pairs = [
        None if one is None else sorted((pair.low, pair.high, pair.weight) for pair in one.pairs)
        for one in (small.matched.fitted, full.matched.fitted)
    ]
    return pairs[0] == pairs[1] and all(
        getattr(small, name) == getattr(full, name)
        for name in ("component", "cluster", "whole", "nodes", "level", "links")
    )


def test_small_regions_are_resolved_as_the_batch_engine_resolves_them() -> None:
    """With matches and without, refused ones too; a generator that misses a way is seen."""
    ways: Counter[str] = Counter()
    inner, short_of = solving.solve, resolve_small

    def solve(unit: Unit, state: State, region: Region, **named: Any) -> Resolved:
        answers: list[Any] = []

        def noted(*args: Any) -> Any:
            answers.append(short_of(*args))
            return answers[-1]

        with patch.object(solving, "resolve_small", noted):
            found = inner(unit, state, region, **named)
        if answers and answers[0] is not None:
            full = inner(unit, state, region, why=True)
            assert same(found, full)
            ways["refused a match"] += bool(full.refused)
            ways["whole"] += full.matched.fitted is not None and all(full.whole)
            ways["not whole"] += not all(full.whole)
            ways["no match"] += full.matched.fitted is None
        elif answers:
            ways["left to the batch engine"] += 1
        return found

    with patch.object(slow, "solve", solve):
        for seed in seeds(30):
            history(seed)
    wanted = {"refused a match", "whole", "not whole", "no match", "left to the batch engine"}
    assert not {way for way in wanted if not ways[way]}

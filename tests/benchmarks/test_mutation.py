"""Planted bugs: each has a place in the tree as it is."""

from __future__ import annotations

from benchmarks.mutation import MUTANTS, ROOT, mutated


def test_every_mutant_has_its_line() -> None:
    """A rule that moved takes its mutants along."""
    assert [one.rule for one in MUTANTS if mutated(one, ROOT) is None] == []

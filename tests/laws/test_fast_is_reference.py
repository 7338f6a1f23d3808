"""The columnar function gives the reference's answer, row for row."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from hypothesis import given

from tests.laws.answers import by_columns, by_reference, by_steps
from tests.laws.budget import examples
from tests.laws.worlds import World, policy, seeded_worlds, worlds

if TYPE_CHECKING:
    from sameas.engine.reference import Partition


def assert_equal(one: Partition, other: Partition) -> None:
    assert one.profiles == other.profiles
    assert one.identifiers == other.identifiers
    assert one.granted == other.granted
    assert one.refused == other.refused
    assert one.component_sizes == other.component_sizes


@given(worlds())
@examples(400)
def test_columns_equal_reference(world: World) -> None:
    """Profiles, identifiers, granted and refused links and component sizes are all equal."""
    assert_equal(by_columns(world), by_reference(world))


@given(seeded_worlds())
@examples(300)
def test_columns_equal_reference_on_larger_worlds(world: World) -> None:
    """The same with up to forty records: hairballs, long chains, ladders of matches."""
    assert_equal(by_columns(world), by_reference(world))


@given(seeded_worlds(max_records=16))
@examples(300)
def test_whole_components_equal_step_by_step(world: World) -> None:
    """A component taken as a whole is what going through it step by step would give."""
    expected = by_columns(world)
    assert_equal(by_steps(world), expected)
    assert_equal(by_steps(world, special=False), expected)


def test_no_record_gives_no_profile() -> None:
    """Nothing in, nothing out, in every implementation."""
    world = World((), policy(Random(0)))
    for answer in (by_columns(world), by_reference(world), by_steps(world)):
        assert answer.profiles == frozenset()
        assert answer.component_sizes == ()

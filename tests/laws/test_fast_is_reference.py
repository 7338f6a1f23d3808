"""The columnar function gives the reference's answer, row for row."""

from __future__ import annotations

from hypothesis import given, settings

from tests.laws.answers import by_columns, by_reference
from tests.laws.worlds import World, worlds


@given(worlds())
@settings(max_examples=300, deadline=None)
def test_columns_equal_reference(world: World) -> None:
    """Profiles, identifiers, granted and refused links and component sizes are all equal."""
    slow, fast = by_reference(world), by_columns(world)
    assert fast.profiles == slow.profiles
    assert fast.identifiers == slow.identifiers
    assert fast.granted == slow.granted
    assert fast.refused == slow.refused
    assert fast.component_sizes == slow.component_sizes

"""The id contract, clause by clause; tests/laws holds the columns to the same."""

from __future__ import annotations

import pytest

from sameas.engine.reference import Ledger, Movement, advance
from sameas.graph.model import RecordKey

A, B, C = (RecordKey("crm", name) for name in "abc")
KEY = bytes(16)


def step(
    ledger: Ledger, *profiles: set[RecordKey], signed_up: frozenset[RecordKey] = frozenset()
) -> tuple[Ledger, frozenset[Movement]]:
    times = {key: int(key.record_id, 16) for profile in profiles for key in profile}
    return advance(ledger, profiles, times, signed_up)


def test_in_a_merge_the_earlier_id_survives_and_the_later_resolves() -> None:
    """The later id is still carried, inside the merged profile."""
    first, _ = step(Ledger(KEY), {A}, {B})
    merged, moved = step(first, {A, B})
    assert merged.profiles[B] == first.profiles[A]
    assert merged.ids[first.profiles[B]].carrier == B
    assert Movement("merged", first.profiles[B], first.profiles[A]) in moved


def test_after_a_split_what_was_merged_gets_its_own_id_back() -> None:
    """Merge and unmerge is as if nothing had been."""
    first, _ = step(Ledger(KEY), {A}, {B})
    merged, _ = step(first, {A, B})
    apart, _ = step(merged, {A}, {B})
    assert apart.profiles == first.profiles


def test_the_part_that_carries_no_id_gets_a_new_one() -> None:
    """A profile that was always one splits: the first-arrived record keeps the id."""
    first, _ = step(Ledger(KEY), {A, B})
    apart, moved = step(first, {A}, {B})
    assert apart.profiles[A] == first.profiles[A]
    assert apart.profiles[B] not in first.ids
    assert Movement("split", first.profiles[A], apart.profiles[B]) in moved


def test_a_withdrawn_record_passes_its_id_on() -> None:
    """The rest of the profile keeps the id."""
    first, _ = step(Ledger(KEY), {A, B})
    left, moved = step(first, {B})
    assert left.profiles[B] == first.profiles[A]
    assert {one.change for one in moved} == {"unchanged"}


def test_a_vanished_profile_leaves_its_id_gone() -> None:
    """Nobody carries it, and nobody gets it again."""
    first, _ = step(Ledger(KEY), {A}, {B})
    left, moved = step(first, {B})
    assert left.ids[first.profiles[A]].carrier is None
    assert Movement("removed", first.profiles[A], None) in moved


def test_a_key_that_returns_is_a_new_incarnation() -> None:
    """With an id that was never issued."""
    first, _ = step(Ledger(KEY), {A}, {B})
    left, _ = step(first, {B})
    back, _ = step(left, {A}, {B})
    assert back.arrivals[A] == (2, 1, True)
    assert back.profiles[A] not in first.ids


def test_at_sign_up_the_ids_of_the_anonymous_pass_to_the_account() -> None:
    """So that the id does not wander off with a shared cookie."""
    first, _ = step(Ledger(KEY), {A})
    signed, _ = step(first, {A, B}, signed_up=frozenset({B}))
    apart, _ = step(signed, {A, C}, {B}, signed_up=frozenset({B}))
    assert apart.profiles[B] == first.profiles[A]
    assert apart.profiles[A] not in first.ids


@pytest.mark.parametrize("profiles", [[], [{A}], [{A, B, C}]])
def test_an_unchanged_partition_is_unchanged(profiles: list[set[RecordKey]]) -> None:
    """Twice the same: no id moves, every change says so."""
    first, _ = step(Ledger(KEY), *profiles)
    again, moved = step(first, *profiles)
    assert again == first
    assert {one.change for one in moved} <= {"unchanged"}

"""Keys and hashes that depend on content only."""

from __future__ import annotations

from base64 import b32encode
from hashlib import blake2b

from hypothesis import given
from hypothesis import strategies as st

from sameas.graph.model import Identifier
from sameas.graph.versions import (
    DAY,
    TOMBSTONE,
    content_hash,
    content_record_id,
    observation_id,
    time_at_the_door,
)

ANN, TAB = Identifier("email", "ann@x.io"), Identifier("cookie", "c1")


def test_a_time_more_than_a_day_ahead_is_taken_as_receipt() -> None:
    """A day to the microsecond is still believed."""
    assert time_at_the_door(100 + DAY, 100) == 100 + DAY
    assert time_at_the_door(101 + DAY, 100) == 100


def test_the_order_of_fields_does_not_change_a_content_hash() -> None:
    """Two writings of one row are one version."""
    raw = [("email", "a"), ("cookie", "b")]
    one = content_hash(raw, {"plan": "free", "city": "Rome"})
    assert one == content_hash(raw[::-1], {"city": "Rome", "plan": "free"})


def test_moving_a_letter_between_fields_changes_a_content_hash() -> None:
    """Parts are hashed with their lengths."""
    assert content_hash([("email", "ab")], {}) != content_hash([("emaila", "b")], {})
    assert content_hash([], {"a": "b"}) != content_hash([("a", "b")], {})


def test_a_tombstone_is_the_last_word_of_its_time() -> None:
    """No content hash is greater."""
    assert content_hash([("email", "a")], {}) < TOMBSTONE
    assert TOMBSTONE > b"\xff" * 16


def test_an_observation_is_named_by_its_set_of_identifiers() -> None:
    """Order and repetition do not matter, every member does."""
    assert observation_id([ANN, TAB]) == observation_id([TAB, ANN, TAB])
    assert observation_id([ANN]) != observation_id([ANN, TAB])


def test_equal_contents_are_numbered_by_occurrence() -> None:
    """The first has no number, so that a row sent alone keeps its name when a second comes."""
    names = [content_record_id({"plan": "free"}, at) for at in range(3)]
    assert len(set(names)) == 3
    assert names[1] == f"{names[0]}_2"


@given(
    st.lists(st.tuples(st.text(max_size=4), st.text(max_size=6)), max_size=5),
    st.dictionaries(st.text(max_size=4), st.text(max_size=6), max_size=4),
)
def test_hashes_are_over_parts_with_their_lengths_in_bytes(
    pairs: list[tuple[str, str]], traits: dict[str, str]
) -> None:
    """Whatever alphabet they are in."""

    def joined(parts: list[str]) -> bytes:
        return b"".join(b"%d:%b" % (len(part.encode()), part.encode()) for part in parts)

    said = [part for pair in sorted(pairs) for part in ("i", *pair)]
    said += [part for pair in sorted(traits.items()) for part in ("t", *pair)]
    assert content_hash(pairs, traits) == blake2b(joined(said), digest_size=16).digest()
    named = [part for pair in sorted(set(pairs)) for part in pair]
    name = b32encode(blake2b(joined(named), digest_size=15).digest()).decode().lower()
    assert observation_id(Identifier(*pair) for pair in pairs) == f"o_{name}"

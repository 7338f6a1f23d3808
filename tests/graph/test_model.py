"""References and the natural order of the model's words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sameas.graph.model import Identifier, RecordKey

TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)


@given(TEXT, TEXT)
def test_a_record_reference_reads_back(source: str, record_id: str) -> None:
    """Slashes, colons, percent signs and any script survive the way through a reference."""
    key = RecordKey(source, record_id)
    assert RecordKey.parse(key.ref) == key


@given(TEXT)
def test_an_identifier_reference_reads_back(value: str) -> None:
    """The value may hold colons: the first one ends the type."""
    one = Identifier("email", value)
    assert Identifier.parse(one.ref) == one


@pytest.mark.parametrize("text", ["", "crm", "/1", "crm/", "email:a"])
def test_what_is_no_record_reference_raises(text: str) -> None:
    """A source and an id are both needed."""
    with pytest.raises(ValueError, match="no record reference"):
        RecordKey.parse(text)


@pytest.mark.parametrize("text", ["", "email", ":a", "email:"])
def test_what_is_no_identifier_reference_raises(text: str) -> None:
    """A type and a value are both needed."""
    with pytest.raises(ValueError, match="no identifier reference"):
        Identifier.parse(text)


def test_keys_order_by_source_then_id() -> None:
    """As text, not as numbers."""
    keys = [RecordKey("web", "1"), RecordKey("crm", "9"), RecordKey("crm", "10")]
    assert [key.ref for key in sorted(keys)] == ["crm/10", "crm/9", "web/1"]

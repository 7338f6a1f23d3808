"""The plain golden record of one profile against the columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engine.golden.test_survive import TRAITS, Row, frame, people, survivorships

from sameas.engine.golden import golden
from sameas.engine.golden.plain import Speaker, Survivor, plain_golden
from sameas.engine.policy.model import Group, Survivorship
from sameas.errors import PolicyError
from sameas.graph.model import RecordKey

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence


def speakers(rows: Sequence[Row]) -> list[Speaker]:
    return [
        Speaker(
            RecordKey(str(row["source"]), str(row["record_id"])),
            int(row["event_time"] or 0),
            {trait: str(row[trait]) for trait in TRAITS if row[trait] is not None},
        )
        for row in rows
    ]


def as_provenance(found: dict[str, Survivor]) -> list[dict[str, object]]:
    return [
        {
            "trait": trait,
            "source": key.source,
            "record_id": key.record_id,
            "losers": [
                {"source": lost.source, "record_id": lost.record_id, "value": value}
                for lost, value in one.losers
            ],
        }
        for trait, one in found.items()
        for key, _ in one.winners
    ]


@settings(max_examples=300, deadline=None)
@given(people(), survivorships(), st.randoms(use_true_random=False))
def test_plain_equals_columns_for_every_order_of_rows(
    rows: list[Row], rules: Survivorship, shuffler: random.Random
) -> None:
    expected = golden(frame(rows), rules, TRAITS).frame.to_dicts()
    shuffler.shuffle(rows)
    for profile in expected:
        mine = [row for row in rows if row["profile"] == profile["profile"]]
        found = plain_golden(speakers(mine), rules, TRAITS)
        assert as_provenance(found) == profile["provenance"]
        values = {trait: found[trait].value if trait in found else None for trait in TRAITS}
        assert values == {trait: profile[trait] for trait in TRAITS}


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=6))
def test_any_text_is_trimmed_as_the_columns_do(text: str) -> None:
    row = frame([{**dict.fromkeys(TRAITS), "profile": 0, "event_time": 1, "source": "a",
                  "record_id": "1", "name": text}])  # fmt: skip
    expected = golden(row, Survivorship(), TRAITS).values["name"][0]
    found = plain_golden([Speaker(RecordKey("a", "1"), 1, {"name": text})], Survivorship())
    assert (found["name"].value if found else None) == expected


@pytest.mark.parametrize("code", [*range(0x1C, 0x20), 0x85, 0xA0, 0x180E, 0x200B, 0x3000, 0xFEFF])
def test_white_space_at_the_edge_is_what_the_columns_take_off(code: int) -> None:
    test_any_text_is_trimmed_as_the_columns_do.hypothesis.inner_test(  # type: ignore[attr-defined]
        f"{chr(code)}a{chr(code)}"
    )


def test_no_records_have_no_traits() -> None:
    assert plain_golden([], Survivorship()) == {}


def test_a_record_without_traits_has_none() -> None:
    assert plain_golden([Speaker(RecordKey("a", "1"), 1, {"name": " "})], Survivorship()) == {}


def test_a_union_names_the_record_of_each_value() -> None:
    rows = [Speaker(RecordKey("a", str(n)), n, {"tag": value}) for n, value in enumerate("bab")]
    found = plain_golden(rows, Survivorship(default="union"))["tag"]
    assert found.value == "a; b"
    assert found.winners == ((RecordKey("a", "1"), "a"), (RecordKey("a", "0"), "b"))


def test_faults_of_the_rules_are_reported() -> None:
    rules = Survivorship(groups=(Group("g", ("city",), "union"),))
    with pytest.raises(PolicyError, match="cannot take the union"):
        plain_golden([], rules, ["city"])

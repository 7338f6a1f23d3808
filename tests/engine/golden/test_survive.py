"""Golden records against an obvious reference, on every strategy and every order of rows."""

from __future__ import annotations

import random
from collections import Counter
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sameas.engine.golden import PROVENANCE, golden, golden_slices
from sameas.engine.policy.model import Group, Strategy, Survivorship
from sameas.errors import InputError, PolicyError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Row = dict[str, str | int | None]
Entry = dict[str, object]

TRAITS = ("name", "street", "city", "plan")
STRATEGIES: tuple[Strategy, ...] = (
    "most_recent",
    "most_frequent",
    "most_complete",
    "source_priority",
    "min",
    "max",
    "union",
)
SCHEMA = {
    "profile": pl.Int32,
    "event_time": pl.Int64,
    "source": pl.String,
    "record_id": pl.String,
    **dict.fromkeys(TRAITS, pl.String),
}


def frame(rows: Sequence[Row]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def record(
    profile: int, time: int, record_id: str, *, source: str = "crm", **traits: str | None
) -> Row:
    row: Row = dict.fromkeys(SCHEMA)
    row |= {"profile": profile, "event_time": time, "source": source, "record_id": record_id}
    return row | traits


def reference_profile(rows: list[Row], rules: Survivorship) -> tuple[Row, list[Entry]]:
    """The golden record of one profile, the slow way."""
    rows = sorted(rows, key=lambda row: (row["source"], row["record_id"]))
    for row in rows:
        for trait in TRAITS:
            row[trait] = (str(row[trait] or "")).strip(" \t\u3000") or None

    def priority(row: Row) -> int:
        order = rules.source_priority
        return -(order.index(row["source"]) if row["source"] in order else len(order))

    def tuple_of(row: Row, traits: Sequence[str]) -> tuple[str | None, ...]:
        return tuple(row[trait] for trait in traits)  # type: ignore[misc]

    def winner(held: list[Row], strategy: Strategy, traits: Sequence[str]) -> Row:
        grouped = any(group.traits == traits for group in rules.groups)
        counts = Counter(tuple_of(row, traits) for row in held)
        low: Callable[[Row], object] = lambda row: tuple(  # noqa: E731
            (value is None, value or "") for value in tuple_of(row, traits)
        )
        high: Callable[[Row], object] = lambda row: tuple(  # noqa: E731
            (value is not None, value or "") for value in tuple_of(row, traits)
        )
        keys: dict[str, Callable[[Row], object]] = {
            "most_recent": lambda row: row["event_time"],
            "most_frequent": lambda row: counts[tuple_of(row, traits)],
            "most_complete": lambda row: (
                sum(value is not None for value in tuple_of(row, traits))
                if grouped
                else len(str(row[traits[0]]))
            ),
            "source_priority": lambda row: (priority(row), row["event_time"]),
            "max": high,
        }
        if strategy == "min":
            return min(held, key=low)  # type: ignore[arg-type]
        return max(held, key=keys[strategy])  # type: ignore[arg-type]

    values: Row = dict.fromkeys(TRAITS)
    entries: dict[str, list[Entry]] = {}
    owner = {trait: group for group in rules.groups for trait in group.traits}
    for trait in TRAITS:
        group = owner.get(trait)
        together = group.traits if group else (trait,)
        strategy = group.strategy if group else rules.traits.get(trait, rules.default)
        held = [row for row in rows if any(row[other] is not None for other in together)]
        if not held:
            continue
        if strategy == "union":
            distinct = sorted({str(row[trait]) for row in held})
            values[trait] = "; ".join(distinct)
            first = [next(row for row in held if row[trait] == value) for value in distinct]
            entries[trait] = [entry(trait, row, []) for row in first]
            continue
        chosen = winner(held, strategy, together)
        values[trait] = chosen[trait]
        losers = [row for row in rows if row[trait] not in {None, chosen[trait]}]
        if losers or chosen[trait] is not None:
            entries[trait] = [entry(trait, chosen, losers)]
    return values, [one for trait in TRAITS for one in entries.get(trait, [])]


def entry(trait: str, row: Row, losers: list[Row]) -> Entry:
    return {
        "trait": trait,
        "source": row["source"],
        "record_id": row["record_id"],
        "losers": [
            {"source": lost["source"], "record_id": lost["record_id"], "value": lost[trait]}
            for lost in losers
        ],
    }


def reference(rows: Sequence[Row], rules: Survivorship) -> list[Entry]:
    profiles = sorted({row["profile"] for row in rows})  # type: ignore[type-var]
    found: list[Entry] = []
    for profile in profiles:
        own = [dict(row) for row in rows if row["profile"] == profile]
        values, provenance = reference_profile(own, rules)
        found.append({"profile": profile, **values, "provenance": provenance})
    return found


VALUES = st.sampled_from([None, "", " ", "a", "b", " a", "B\u3000", "ż", "😀", "aa", "ab", "b b"])


@st.composite
def people(draw: st.DrawFn) -> list[Row]:
    keys = draw(
        st.lists(
            st.tuples(st.sampled_from(["crm", "web", "Ä"]), st.sampled_from("123456789abcé😀")),
            unique=True,
            max_size=14,
        )
    )
    owners = draw(st.lists(st.integers(0, 4), min_size=len(keys), max_size=len(keys)))
    dense = {owner: number for number, owner in enumerate(dict.fromkeys(owners))}
    return [
        record(
            dense[owner],
            draw(st.integers(-2, 2)),
            record_id,
            source=source,
            **{trait: draw(VALUES) for trait in TRAITS},
        )
        for owner, (source, record_id) in zip(owners, keys, strict=True)
    ]


@st.composite
def survivorships(draw: st.DrawFn) -> Survivorship:
    alone = st.sampled_from(STRATEGIES)
    groups = draw(
        st.sampled_from(
            [
                (),
                (("street", "city"),),
                (("plan", "name"), ("city", "street")),
                (("street", "plan", "name"),),
            ]
        )
    )
    taken = {trait for group in groups for trait in group}
    return Survivorship(
        default=draw(alone),
        traits={t: draw(alone) for t in TRAITS if t not in taken and draw(st.booleans())},
        groups=tuple(
            Group(f"g{number}", group, draw(st.sampled_from(STRATEGIES[:-1])))
            for number, group in enumerate(groups)
        ),
        source_priority=draw(st.sampled_from([(), ("web",), ("web", "crm", "web"), ("x", "Ä")])),
    )


@settings(max_examples=300, deadline=None)
@given(people(), survivorships(), st.randoms(use_true_random=False))
def test_golden_equals_the_reference_for_every_order_of_rows(
    rows: list[Row], rules: Survivorship, shuffler: random.Random
) -> None:
    expected = reference(rows, rules)
    assert golden(frame(rows), rules, TRAITS).frame.to_dicts() == expected
    shuffler.shuffle(rows)
    assert golden(frame(rows), rules, TRAITS).frame.to_dicts() == expected


@settings(max_examples=40, deadline=None)
@given(people(), survivorships(), st.integers(1, 5))
def test_slices_joined_are_the_whole(rows: list[Row], rules: Survivorship, size: int) -> None:
    parts = list(golden_slices(frame(rows), rules, TRAITS, records_per_slice=size))
    whole = golden(frame(rows), rules, TRAITS).frame
    assert [row for part in parts for row in part.frame.to_dicts()] == whole.to_dicts()


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_profile_of_many_records_equals_the_reference(strategy: Strategy) -> None:
    chance = random.Random(7)
    rows = [
        record(
            0,
            chance.randrange(20),
            str(number),
            name=chance.choice("abcdef"),
            city=str(number % 50),
        )
        for number in range(300)
    ]
    rules = Survivorship(default=strategy, source_priority=("crm",))
    assert golden(frame(rows), rules, TRAITS).frame.to_dicts() == reference(rows, rules)


def test_no_records_give_no_profiles() -> None:
    found = golden(frame([]), Survivorship(), TRAITS)
    assert found.values.columns == ["profile", *TRAITS]
    assert found.frame.height == 0
    assert found.provenance.dtype == PROVENANCE


def test_a_profile_without_values_has_nulls_and_no_provenance() -> None:
    found = golden(frame([record(0, 1, "1"), record(0, 2, "2", name=" ")]), Survivorship(), TRAITS)
    assert found.frame.to_dicts() == [{"profile": 0, **dict.fromkeys(TRAITS), "provenance": []}]
    assert found.provenance.dtype == PROVENANCE


def test_equal_values_leave_no_losers_and_the_smallest_key_wins() -> None:
    rows = [record(0, 5, key, name="Ann") for key in ("c", "a", "b")]
    found = golden(frame(rows), Survivorship(), TRAITS)
    assert found.provenance.to_list() == [
        [{"trait": "name", "source": "crm", "record_id": "a", "losers": []}]
    ]


def test_no_traits_give_profiles_alone() -> None:
    found = golden(frame([record(0, 1, "1")]), Survivorship(), [])
    assert found.frame.to_dicts() == [{"profile": 0, "provenance": []}]


def test_the_type_of_the_provenance_does_not_depend_on_the_data() -> None:
    rows = [record(0, 1, "1", name="a"), record(0, 2, "2", name="b")]
    assert golden(frame(rows), Survivorship(), TRAITS).provenance.dtype == PROVENANCE


def test_columns_of_nulls_categories_and_datetimes_are_read() -> None:
    rows = frame([record(0, 1, "1", name="a"), record(0, 2, "2", name="b")]).with_columns(
        pl.col("name", "source").cast(pl.Categorical),
        pl.col("event_time").cast(pl.Datetime("us")),
        pl.Series("city", [None, None], dtype=pl.Null),
    )
    assert golden(rows, Survivorship(), TRAITS).values["name"].to_list() == ["b"]


def test_all_missing_columns_are_named_at_once() -> None:
    rows = frame([record(0, 1, "1")]).drop("event_time", "city")
    with pytest.raises(InputError, match="event_time") as caught:
        golden(rows, Survivorship(), TRAITS)
    assert {fault.where for fault in caught.value.faults} == {"event_time", "city"}


def test_profiles_with_a_gap_are_refused() -> None:
    with pytest.raises(InputError, match="number 1 has no record"):
        golden(frame([record(0, 1, "1"), record(2, 1, "2")]), Survivorship(), TRAITS)


@pytest.mark.parametrize("profile", [-1, None])
def test_a_record_of_no_profile_is_refused(profile: int) -> None:
    with pytest.raises(InputError, match="profile"):
        golden(frame([record(profile, 1, "1")]), Survivorship(), TRAITS)


def test_a_key_that_occurs_twice_is_refused() -> None:
    with pytest.raises(InputError, match="crm/1"):
        golden(frame([record(0, 1, "1"), record(0, 2, "1")]), Survivorship(), TRAITS)


def test_names_that_cannot_be_traits_are_refused() -> None:
    with pytest.raises(InputError) as caught:
        golden(frame([record(0, 1, "1")]), Survivorship(), ["source", "name", "name"])
    assert [fault.where for fault in caught.value.faults] == ["source", "name"]


def test_all_faults_of_the_rules_are_named_at_once() -> None:
    rules = Survivorship(
        default="newest",  # type: ignore[arg-type]
        traits={"city": "min"},
        groups=(Group("a", ("street", "city"), "union"), Group("b", ("city",))),
    )
    with pytest.raises(PolicyError) as caught:
        golden(frame([]), rules, TRAITS)
    assert [fault.where for fault in caught.value.faults] == [
        "survivorship.default",
        "survivorship.groups.a",
        "survivorship.groups.b",
        "survivorship.traits.city",
    ]


def test_rules_for_traits_that_the_data_lacks_do_nothing() -> None:
    rules = Survivorship(traits={"shoe": "max"}, groups=(Group("g", ("hat", "name")),))
    found = golden(frame([record(0, 1, "1", name="a")]), rules, TRAITS)
    assert found.values["name"].to_list() == ["a"]

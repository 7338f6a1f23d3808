from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from benchmarks.city import (
    IDENTIFIERS,
    NONE,
    RECORDS,
    SOURCES,
    TRUTH,
    City,
    Sharing,
    main,
    write,
)

from sameas.matching.canonical import canonicalise

if TYPE_CHECKING:
    from pathlib import Path

    from sameas.matching.canonical import Kind

PEOPLE = 20_000
KINDS = ("household_phone", "work_phone", "shared_device", "kiosk_cookie", "recycled")


def frame(city: City) -> pl.DataFrame:
    table = pl.from_arrow(city.table(city.rows(0, city.records)))
    assert isinstance(table, pl.DataFrame)
    return table


def carriers(city: City, kind: str) -> int:
    """How many values of a type more than one person carries."""
    rows = city.rows(0, city.records)
    here = rows.number[kind] != NONE
    pairs = pl.DataFrame({"value": rows.number[kind][here], "person": rows.person[here]})
    people = pairs.unique().group_by("value").len()
    return int((people["len"] > 1).sum())


def test_equal_arguments_give_equal_files(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write(City(500, seed=7), tmp_path / name)
    for file in (RECORDS, TRUTH):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


@pytest.mark.parametrize("chunk", [1_999, 77, 1])
@pytest.mark.parametrize("raw", [False, True])
def test_the_chunk_size_changes_no_row(tmp_path: Path, *, chunk: int, raw: bool) -> None:
    city = City(50 if chunk == 1 else 500, seed=3, raw=raw)
    write(city, tmp_path / "whole", chunk=city.records)
    write(city, tmp_path / "parts", chunk=chunk)
    for file in (RECORDS, TRUTH):
        whole, parts = (pq.read_table(tmp_path / name / file) for name in ("whole", "parts"))
        assert parts.equals(whole)


def test_each_chunk_is_one_row_group(tmp_path: Path) -> None:
    write(City(100), tmp_path, chunk=150)
    assert pq.ParquetFile(tmp_path / RECORDS).metadata.num_row_groups == 3


def test_another_seed_is_another_city() -> None:
    one, other = (City(300, seed=seed).table(City(300, seed=seed).rows(0, 9)) for seed in (1, 2))
    assert not set(one["record_id"].to_pylist()) & set(other["record_id"].to_pylist())


def test_records_have_the_promised_columns(tmp_path: Path) -> None:
    write(City(20), tmp_path)
    records = pq.read_schema(tmp_path / RECORDS)
    assert records.names == [
        *("record_id", "source", "event_time"),
        *IDENTIFIERS,
        *("first_name", "last_name"),
    ]
    assert records.field("event_time").type == pa.timestamp("us", tz="UTC")
    assert pq.read_schema(tmp_path / TRUTH).names == ["record_id", "source", "cluster_id"]


def test_without_names_there_are_no_name_columns() -> None:
    assert not {"first_name", "last_name"} & set(frame(City(50, names=False)).columns)


def test_every_record_is_in_the_truth_once() -> None:
    city = City(2_000)
    rows = city.rows(0, city.records)
    truth = pl.from_arrow(city.truth(rows))
    assert isinstance(truth, pl.DataFrame)
    assert truth["record_id"].n_unique() == city.records
    assert truth.select("record_id", "source").equals(frame(city).select("record_id", "source"))


def test_every_record_carries_an_identifier() -> None:
    table = frame(City(PEOPLE))
    assert table.filter(pl.all_horizontal(pl.col(*IDENTIFIERS).is_null())).is_empty()


def test_a_record_carries_two_and_a_half_identifiers_on_average() -> None:
    table = frame(City(PEOPLE))
    count = sum(table[kind].count() for kind in IDENTIFIERS) / table.height
    assert count == pytest.approx(2.5, abs=0.03)


def test_all_sources_occur() -> None:
    assert set(frame(City(1_000))["source"].unique()) == set(SOURCES)


def test_equal_numbers_are_equal_values_and_no_others() -> None:
    city = City(3_000, seed=5)
    rows, table = city.rows(0, city.records), frame(city)
    for kind in IDENTIFIERS:
        here = rows.number[kind] != NONE
        assert (table[kind].is_not_null().to_numpy() == here).all()
        pairs = pl.DataFrame({"number": rows.number[kind][here], "value": table[kind].drop_nulls()})
        pairs = pairs.unique()
        assert pairs.height == pairs["number"].n_unique() == pairs["value"].n_unique()


@pytest.mark.parametrize("kind", ["email", "phone"])
def test_raw_values_are_the_same_people_written_otherwise(kind: Literal["email", "phone"]) -> None:
    plain, raw = (frame(City(500, raw=raw))[kind].drop_nulls().to_list() for raw in (False, True))
    assert sum(a != b for a, b in zip(plain, raw, strict=True)) > 0.3 * len(plain)
    assert [canonicalise(kind, value).value for value in raw] == plain


@pytest.mark.parametrize("kind", IDENTIFIERS)
def test_plain_values_are_canonical_already(kind: str) -> None:
    kinds: dict[str, Kind] = {"email": "email", "phone": "phone", "device_id": "uuid"}
    plain = frame(City(500))[kind].drop_nulls().to_list()
    assert [canonicalise(kinds.get(kind, "exact"), value).value for value in plain] == plain


@pytest.mark.parametrize("dial", [0.0, 0.5, 1.0, 2.0])
@pytest.mark.parametrize("kind", KINDS)
def test_each_rate_is_what_the_dial_says(kind: str, dial: float) -> None:
    sharing = Sharing().scaled(dial)
    rate = min(1.0, getattr(Sharing(), kind) * dial)
    assert getattr(sharing, kind) == rate
    found = City(PEOPLE, sharing=sharing).shares(kind, np.arange(PEOPLE, dtype=np.uint64)).mean()
    # Five standard deviations of a fair coin of that rate.
    assert found == pytest.approx(rate, abs=5 * (rate * (1 - rate) / PEOPLE) ** 0.5)


@pytest.mark.parametrize(
    ("kind", "types"),
    [
        ("household_phone", {"phone"}),
        ("work_phone", {"phone"}),
        ("shared_device", {"device_id"}),
        ("kiosk_cookie", {"cookie"}),
        ("recycled", {"phone", "cookie"}),
    ],
)
def test_each_kind_of_sharing_alone_ties_people_by_its_own_types(
    kind: str, types: set[str]
) -> None:
    off = dict.fromkeys(KINDS, 0.0)
    city = City(3_000, sharing=Sharing(**off | {kind: getattr(Sharing(), kind)}))
    assert {name for name in IDENTIFIERS if carriers(city, name)} == types


def test_at_dial_zero_nobody_shares_anything() -> None:
    city = City(3_000, sharing=Sharing().scaled(0))
    assert [carriers(city, kind) for kind in IDENTIFIERS] == [0] * len(IDENTIFIERS)


def test_household_members_follow_one_another_and_are_at_most_six() -> None:
    city = City(PEOPLE)
    home = city.household(np.arange(PEOPLE, dtype=np.uint64))
    assert (np.diff(home.astype(np.int64)) >= 0).all()
    sizes = np.unique(home, return_counts=True)[1]
    assert set(sizes.tolist()) == {1, 2, 3, 4, 5, 6}


def test_a_city_of_one_is_one_person(tmp_path: Path) -> None:
    write(City(1), tmp_path)
    assert pq.read_table(tmp_path / TRUTH)["cluster_id"].to_pylist() == [0, 0, 0, 0]


def test_all_faults_of_a_city_are_told_at_once() -> None:
    with pytest.raises(ValueError, match=r"recycled is 2.*people is 0.*seed is -1"):
        City(0, seed=-1, sharing=Sharing(recycled=2))


def test_the_command_line_writes_both_files(tmp_path: Path) -> None:
    main(["--people", "30", "--seed", "4", "--dial", "0.5", "--names", "0", "-o", str(tmp_path)])
    city = City(30, 4, Sharing().scaled(0.5), names=False)
    assert pq.read_table(tmp_path / RECORDS).equals(city.table(city.rows(0, 120)))
    assert pq.read_table(tmp_path / TRUTH).num_rows == 120


def test_the_command_line_refuses_a_city_without_people(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["--people", "0", "-o", str(tmp_path)])
    assert "people is 0: from 1 to 100,000,000" in capsys.readouterr().err

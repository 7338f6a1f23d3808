"""How good the whole command is on people that it has never seen, with nothing configured.

The floors leave a margin below what is measured (benchmarks/README.md): a change of method may move
a figure, and a mistake cannot hide. Nothing here is tuned to the generator.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest
from tests.people import made

import sameas
from sameas.engine.batch import resolve_files
from sameas.engine.evaluate import evaluate_partition, study

if TYPE_CHECKING:
    from pathlib import Path

    from sameas.engine.evaluate import Scores


def score(records: pl.DataFrame, truth: pl.DataFrame) -> Scores:
    """What `sameas.resolve` makes of the records, without any configuration."""
    answer = sameas.resolve(records).records.select("record_id", "profile_id")
    both = truth.select("record_id", "cluster_id").join(answer, on="record_id")
    assert len(both) == len(records)
    return evaluate_partition(both["profile_id"], both["cluster_id"])


@pytest.mark.parametrize(
    ("records", "seed"),
    [(300, 9), (500, 9), (1_000, 103), (2_000, 104), (4_000, 101), (4_000, 106)],
)
def test_people_are_found_without_configuration(records: int, seed: int) -> None:
    """Measured: F1 .957 to .977, B-cubed .974 to .985, precision .982 to .996.

    With all but one of these, households were once taken for people who misspell their names.
    """
    found = score(*made(records, seed=seed))
    assert found.f1 >= 0.92, found
    assert found.bcubed_f1 >= 0.95, found
    assert found.precision >= 0.95, found


@pytest.mark.parametrize(
    ("fields", "least"),
    [
        ("first_name last_name street city state postcode", 0.78),
        ("first_name last_name street city postcode phone", 0.85),
        ("dob street city postcode phone email", 0.72),
        ("first_name last_name dob postcode", 0.87),
        ("first_name last_name phone email", 0.88),
    ],
)
def test_people_are_found_whatever_fields_there_are(fields: str, least: float) -> None:
    """Measured: F1 .840, .922, .781, .913, .918. The first three were .35 to .56 while EM was
    free to take housemates for misspelt people."""
    records, truth = made(1_500, seed=301)
    found = score(records.select("record_id", "source", "updated_at", *fields.split()), truth)
    assert found.f1 >= least, found


@pytest.mark.parametrize(
    ("fields", "least"),
    [
        ("first_name last_name birth_year", 0.83),
        ("first_name last_name age", 0.83),
        ("first_name last_name dob birth_year", 0.83),
    ],
)
def test_a_year_of_birth_or_an_age_says_who_somebody_is(fields: str, least: float) -> None:
    """Measured: F1 .886, .882, .889. Neither was a field, and two fields were too few to compare;
    in the third half of the records tell the day and half the year."""
    records, truth = made(1_500, seed=301)
    year = pl.col("dob").str.extract(r"((?:19|20)\d\d)")
    half = pl.int_range(pl.len()) % 2 == 0
    mixed = "dob" in fields
    records = records.with_columns(
        age=(2_024 - year.cast(pl.Int32)).cast(pl.String),
        birth_year=pl.when(half).then(year) if mixed else year,
        dob=pl.when(~half).then("dob"),
    )
    found = score(records.select("record_id", "source", *fields.split()), truth)
    assert found.f1 >= least, found
    assert found.precision >= 0.9, found


@pytest.mark.parametrize(
    ("fields", "least"),
    [
        ("full_name street city postcode", 0.71),
        ("full_name dob street city postcode", 0.78),
        ("full_name email", 0.68),
        ("full_name phone", 0.69),
    ],
)
def test_a_family_name_in_a_whole_one_does_not_make_one_person_of_a_household(
    fields: str, least: float
) -> None:
    """Measured: F1 .763, .837, .721 and .748. The first two were .51 and .58, and the last .60,
    while it counted as a person's own. The third is .812 with several kinds of others, which make
    .26 of tables where few are told twice."""
    records, truth = made(1_500, seed=302)
    found = score(_with_whole_names(records).select("record_id", "source", *fields.split()), truth)
    assert found.f1 >= least, found
    assert found.precision >= 0.85, found


@pytest.mark.parametrize(
    ("fields", "least"),
    [
        ("full_name dob street city postcode", 0.63),
        ("first_name last_name dob gender street city postcode", 0.75),
    ],
)
def test_where_few_are_told_twice_relatives_are_not_taken_for_them(
    fields: str, least: float
) -> None:
    """233 of 3,739 records are of somebody told before. Measured: F1 .677 and .801, precision .73
    and .82. With whole names a like draw gave .15 and .08 while households taught matches."""
    records, truth = _seldom_twice(*made(8_000, seed=34))
    found = score(records.select("record_id", *fields.split()), truth)
    assert found.f1 >= least, found
    assert found.precision >= 0.7, found


@pytest.mark.parametrize(
    ("fields", "least"),
    [
        ("first_name last_name dob", 0.72),
        ("first_name last_name dob gender", 0.71),
        ("first_name last_name email", 0.67),
        ("full_name dob", 0.69),
        ("first_name last_name by bm bd", 0.66),
    ],
)
def test_names_and_little_else_are_enough_where_few_are_told_twice(
    fields: str, least: float
) -> None:
    """Measured: F1 .771, .765, .729, .746, .718. While namesakes were taken for people who misspell
    their birthday, and several kinds of others were learned from so little, the first was .56 and
    the third .28; a date in three columns was none."""
    records, truth = _seldom_twice(*made(8_000, seed=402))
    born = pl.col("dob").str.extract_groups(r"^(?<by>\d{4})-(?<bm>\d\d)-(?<bd>\d\d)$")
    records = records.with_columns(born.alias("born")).unnest("born")
    found = score(records.select("record_id", *fields.split()), truth)
    assert found.f1 >= least, found
    assert found.precision >= 0.73, found


def test_numbers_of_another_country_are_evidence() -> None:
    """Measured: F1 .865. They were rejected, and two fields were too few to compare."""
    records, truth = made(1_500, seed=401)
    digits = pl.col("phone").str.replace_all(r"\D", "").str.tail(10)
    records = records.with_columns(phone=pl.concat_str([pl.lit("0"), digits]))
    found = score(records.select("record_id", "first_name", "last_name", "phone"), truth)
    assert found.f1 >= 0.8, found
    assert found.precision >= 0.9, found


def _seldom_twice(records: pl.DataFrame, truth: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """One in ten people is told twice, the others once."""
    number = pl.int_range(pl.len()).over("cluster_id")
    twice = pl.col("cluster_id").str.slice(-2).str.to_integer(base=16) < 26  # one in ten
    truth = truth.filter((number == 0) | ((number == 1) & twice))
    records = _with_whole_names(records).join(truth.select("record_id"), on="record_id", how="semi")
    return records, truth


def _with_whole_names(records: pl.DataFrame) -> pl.DataFrame:
    parts = pl.concat_str(["first_name", "last_name"], separator=" ", ignore_nulls=True)
    return records.with_columns(full_name=parts)


def test_matching_finds_far_more_than_identifiers_alone() -> None:
    records, truth = made(2_000, seed=105)
    alone = sameas.resolve(records, match=False).records.select("record_id", "profile_id")
    both = truth.select("record_id", "cluster_id").join(alone, on="record_id")
    links = evaluate_partition(both["profile_id"], both["cluster_id"])
    found = score(records, truth)
    assert found.recall > links.recall + 0.15
    assert found.f1 > links.f1 + 0.1


def test_a_printed_probability_is_true(tmp_path: Path) -> None:
    """Measured: mean gap 0.011 with these few fields."""
    records, truth = made(3_000, seed=107)
    few = records.select("record_id", "source", "first_name", "last_name", "dob", "city")
    few.write_parquet(tmp_path / "records.parquet")
    truth.write_parquet(tmp_path / "truth.parquet")
    resolve_files([tmp_path / "records.parquet"], tmp_path / "out")
    found = study(tmp_path / "out", tmp_path / "truth.parquet", examples=0)
    assert found is not None
    assert found.gap < 0.05

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pyarrow.parquet as pq
import pytest
from benchmarks.draws import RECORDS, TRUTH, shuffled, write
from benchmarks.people import FIELDS, PLACEHOLDERS, SOURCES, People, main
from benchmarks.people_errors import FAULTS, misheard, misread, mistyped, wrong_digit

if TYPE_CHECKING:
    from pathlib import Path


def frame(people: People) -> pl.DataFrame:
    """Records beside whose they are."""
    rows = people.rows(0, people.records)
    records, truth = pl.from_arrow(people.table(rows)), pl.from_arrow(people.truth(rows))
    assert isinstance(records, pl.DataFrame)
    assert isinstance(truth, pl.DataFrame)
    return records.with_columns(truth["cluster_id"])


def share(flags: pl.Series) -> float:
    return flags.to_list().count(True) / len(flags)


def most(values: pl.Series) -> int:
    return max(int(value) for value in values.to_list())


@pytest.fixture(scope="module")
def many() -> pl.DataFrame:
    return frame(People(20_000, seed=4))


def test_equal_arguments_give_equal_files(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write(People(500, seed=7), tmp_path / name)
    for file in (RECORDS, TRUTH):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


@pytest.mark.parametrize("chunk", [333, 7])
@pytest.mark.parametrize("one_name", [False, True])
def test_the_chunk_size_changes_no_row(tmp_path: Path, *, chunk: int, one_name: bool) -> None:
    people = People(400, seed=3, foreign=0.5, one_name=one_name)
    write(people, tmp_path / "whole")
    write(people, tmp_path / "parts", chunk=chunk)
    for file in (RECORDS, TRUTH):
        whole, parts = (pq.read_table(tmp_path / name / file) for name in ("whole", "parts"))
        assert parts.equals(whole)


def test_another_seed_is_other_people() -> None:
    one, other = (frame(People(300, seed=seed)) for seed in (1, 2))
    assert not set(one["record_id"]) & set(other["record_id"])
    assert not set(one["email"].drop_nulls()) & set(other["email"].drop_nulls()) - set(
        PLACEHOLDERS["email"]
    )


def test_record_ids_are_distinct_and_in_both_files(many: pl.DataFrame) -> None:
    assert many["record_id"].n_unique() == 20_000
    assert many.columns == ["record_id", "source", "updated_at", *FIELDS, "cluster_id"]


def test_two_sources_hold_each_person_once_and_three_do_not(many: pl.DataFrame) -> None:
    times = many.group_by("source", "cluster_id").len("times")
    longest = dict(times.group_by("source").agg(pl.col("times").max().alias("most")).iter_rows())
    assert {name for name, times in longest.items() if times == 1} == {"crm", "mail"}
    assert all(longest[name] > 2 for name, source in SOURCES.items() if not source.once)


def test_sources_have_their_shares_of_the_records(many: pl.DataFrame) -> None:
    counted = dict(many["source"].value_counts().iter_rows())
    for name, source in SOURCES.items():
        assert counted[name] == pytest.approx(20_000 * source.share, abs=2)


def test_people_have_two_to_three_records_each_on_average(many: pl.DataFrame) -> None:
    sizes = many.group_by("cluster_id").len("size")["size"]
    assert 2.0 < len(many) / len(sizes) < 2.6
    assert 6 < most(sizes) < 20


def test_a_source_without_a_field_never_fills_it(many: pl.DataFrame) -> None:
    for name, source in SOURCES.items():
        here = many.filter(pl.col("source") == name)
        for field in FIELDS:
            filled = len(here) - here[field].null_count()
            assert (filled == 0) == (field not in source.has), (name, field)


def test_names_are_as_skewed_as_in_life(many: pl.DataFrame) -> None:
    counted = many["last_name"].drop_nulls().str.to_lowercase().value_counts(sort=True)
    common = sum(counted["count"].head(10).to_list()) / sum(counted["count"].to_list())
    assert 0.02 < common < 0.09
    assert (counted["count"] == 1).sum() > len(counted) * 0.2


def test_households_share_telephones_and_names(many: pl.DataFrame) -> None:
    digits = pl.col("phone").str.replace_all(r"\D", "").str.tail(10)
    told = many.filter(~pl.col("phone").is_in(PLACEHOLDERS["phone"])).with_columns(number=digits)
    shared = told.group_by("number").agg(
        people=pl.col("cluster_id").n_unique(),
        names=pl.col("last_name").str.to_lowercase().drop_nulls().mode().first(),
    )
    assert share(shared["people"] > 1) > 0.02
    assert most(shared["people"]) < 30


def test_strangers_hardly_share_a_mailbox() -> None:
    people = frame(People(20_000, seed=9, trouble=0))
    boxes = (
        people.filter(pl.col("email").is_not_null())
        .group_by("email")
        .agg(people=pl.col("cluster_id").n_unique())
    )
    household = boxes["email"].str.starts_with("the")
    assert share(boxes.filter(~household)["people"] > 1) < 0.003
    assert share(boxes.filter(household)["people"] > 1) > 0.05


def test_without_trouble_what_is_said_of_a_birth_is_the_same_everywhere() -> None:
    people = frame(People(5_000, seed=2, trouble=0, foreign=0))
    born = pl.coalesce(
        pl.col("dob").str.to_date("%Y-%m-%d", strict=False),
        pl.col("dob").str.to_date("%m/%d/%Y", strict=False),
        pl.col("dob").str.to_date("%b %d, %Y", strict=False),
    )
    told = people.filter(pl.col("dob").is_not_null()).with_columns(born=born)
    assert told["born"].null_count() == 0
    births = told.group_by("cluster_id").agg(days=pl.col("born").n_unique())
    assert most(births["days"]) == 1


def test_people_marry_and_move() -> None:
    quiet = frame(People(20_000, seed=4, trouble=0, foreign=0))
    streets = quiet.filter(pl.col("street").is_not_null()).with_columns(
        number=pl.col("street").str.extract(r"^(\d+ \S+)")
    )
    homes = streets.group_by("cluster_id").agg(homes=pl.col("number").n_unique())
    assert 0.03 < share(homes["homes"] > 1) < 0.3
    women = quiet.filter(pl.col("gender").is_in(["F", "female", "f"])).select("cluster_id").unique()
    lasts = (
        quiet.join(women, on="cluster_id")
        .filter(pl.col("last_name").is_not_null())
        .group_by("cluster_id")
        .agg(names=pl.col("last_name").n_unique())
    )
    assert share(lasts["names"] > 1) > 0.01


def test_a_dial_makes_people_of_other_scripts() -> None:
    none, half = (frame(People(3_000, seed=1, foreign=share)) for share in (0.0, 0.5))
    other = pl.col("last_name").str.contains(r"[\u0400-\u04ff\u0600-\u06ff\u4e00-\u9fff]")
    assert none.filter(other).is_empty()
    assert len(half.filter(other)) > 50


def test_trouble_zero_has_no_placeholders_and_five_has_many() -> None:
    def fillers(trouble: float) -> int:
        people = frame(People(2_000, seed=1, trouble=trouble))
        return int(people["email"].is_in(PLACEHOLDERS["email"]).sum())

    assert fillers(0) == 0
    assert fillers(5) > fillers(1) > 0


def test_one_source_may_write_names_in_one_field() -> None:
    people = frame(People(2_000, seed=1, one_name=True))
    mail = people.filter(pl.col("source") == "mail")
    assert mail["full_name"].null_count() == 0
    assert mail["first_name"].null_count() == mail["last_name"].null_count() == len(mail)
    assert people.filter(pl.col("source") != "mail")["full_name"].drop_nulls().is_empty()


@pytest.mark.parametrize("count", [1, 2, 3, 100, 1_023, 1_024, 1_025])
def test_shuffling_is_a_permutation(count: int) -> None:
    index = np.arange(count, dtype=np.uint64)
    placed = shuffled(People(10, seed=6), "any", index, count)
    assert sorted(placed.tolist()) == index.tolist()
    if count > 50:
        assert placed.tolist() != index.tolist()


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("text", ["Katherine", "O'Brien-Smith", "12 Oak St", "Шев", "ab", "1984"])
def test_a_fault_changes_a_text(fault: object, text: str) -> None:
    assert callable(fault)
    spoilt = {fault(text, int(bits) * 0x9E3779B97F4A7C15 % 2**64) for bits in range(64)}
    assert text not in spoilt
    assert all(abs(len(other) - len(text)) <= 3 for other in spoilt)


def test_faults_are_what_they_are_called() -> None:
    assert mistyped("smith", 0) != "smith"
    assert any(misread("corner", bits << 3 | 1) == "comer" for bits in range(40))
    assert any(misheard("philip", bits << 3) == "filip" for bits in range(60))
    assert sum(a != b for a, b in zip("1984-05-07", wrong_digit("1984-05-07", 1), strict=True)) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--records", "0"], "records is 0"),
        (["--foreign", "2"], "foreign is 2.0"),
        (["--trouble", "-1"], "trouble is -1.0"),
        (["--chunk", "0"], "--chunk 0"),
    ],
)
def test_what_cannot_be_made_is_refused(
    arguments: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main([*arguments, "-o", str(tmp_path)])
    assert said in capsys.readouterr().err


def test_the_command_writes_both_files(tmp_path: Path) -> None:
    main(["--records", "50", "--seed", "5", "-o", str(tmp_path)])
    assert pq.read_metadata(tmp_path / RECORDS).num_rows == 50
    assert pq.read_schema(tmp_path / TRUTH).names == ["record_id", "source", "cluster_id"]

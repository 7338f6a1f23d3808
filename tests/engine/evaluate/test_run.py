"""An output folder against a file of truth: joining, reporting, refusing."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

import polars as pl
import pytest

from sameas.engine.evaluate import evaluate, evaluate_partition
from sameas.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

RECORDS = [
    ("crm", "1", "p_a"),
    ("crm", "2", "p_a"),
    ("web", "3", "p_a"),
    ("web", "4", "p_b"),
    ("web", "5", "p_c"),
    ("web", "6/7", "p_b"),
]
TRUTH = [("1", "x"), ("2", "x"), ("3", "y"), ("4", "y"), ("5", "y"), ("9", "z")]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    frame = pl.DataFrame(RECORDS, schema=["source", "record_id", "profile_id"], orient="row")
    frame.with_columns(count=1).write_parquet(folder / "records.parquet")
    return folder


def truth_file(folder: Path, rows: Sequence[tuple[str, ...]], *names: str) -> Path:
    path = folder / "truth.csv"
    path.write_text("\n".join(",".join(row) for row in [names, *rows]))
    return path


def test_common_records_are_scored_and_the_others_counted(out: Path, tmp_path: Path) -> None:
    found = evaluate(out, truth_file(tmp_path, TRUTH, "record_id", "cluster_id"))
    assert found.scores == evaluate_partition(list("aaabc"), list("xxyyy"))
    assert (found.unlabelled, found.missing, found.missing_examples) == (1, 1, ("9",))


def test_the_worst_mistakes_come_with_record_references(out: Path, tmp_path: Path) -> None:
    found = evaluate(out, truth_file(tmp_path, TRUTH, "record_id", "cluster_id"))
    (wrong,) = found.wrong_profiles
    assert (wrong.id, wrong.records, wrong.parts) == ("p_a", 3, 2)
    assert wrong.shown == (("x", 2, ("crm/1", "crm/2")), ("y", 1, ("web/3",)))
    (split,) = found.split_people
    assert (split.id, split.records, split.parts) == ("y", 3, 3)
    assert [part[0] for part in split.shown] == ["p_a", "p_b", "p_c"]


def test_a_perfect_answer_has_no_examples(out: Path, tmp_path: Path) -> None:
    rows = [(source, key, profile) for source, key, profile in RECORDS]
    found = evaluate(out, truth_file(tmp_path, rows, "source", "record_id", "cluster_id"))
    assert (found.wrong_profiles, found.split_people, found.scores.f1) == ((), (), 1.0)
    assert (found.unlabelled, found.missing) == (0, 0)


def test_plain_data_and_printed_rows_carry_the_figures(out: Path, tmp_path: Path) -> None:
    found = evaluate(out, truth_file(tmp_path, TRUTH, "record_id", "cluster_id"))
    plain = json.loads(json.dumps(found.as_dict()))
    assert plain["precision"] == pytest.approx(1 / 3, rel=1e-12)
    assert plain["wrong_profiles"][0]["id"] == "p_a"
    rows = dict(found.rows())
    assert rows["pairwise precision"] == "0.3333"
    assert rows["records of the truth not in the output"] == "1"


@pytest.mark.parametrize("suffix", [".parquet", ".jsonl", ".csv.gz", ".tsv"])
def test_every_format_gives_the_same_answer(out: Path, tmp_path: Path, suffix: str) -> None:
    expected = evaluate(out, truth_file(tmp_path, TRUTH, "record_id", "cluster_id"))
    frame = pl.DataFrame(TRUTH, schema=["ID", "Entity ID"], orient="row")
    path = tmp_path / f"other{suffix}"
    match suffix:
        case ".parquet":
            frame.with_columns(pl.col("ID").cast(pl.Int64)).write_parquet(path)
        case ".jsonl":
            frame.write_ndjson(path)
        case ".tsv":
            frame.write_csv(path, separator="\t")
        case _:
            path.write_bytes(gzip.compress(frame.write_csv().encode()))
    assert evaluate(out, path) == expected


def test_a_record_id_in_two_sources_asks_for_the_source(out: Path, tmp_path: Path) -> None:
    table = out / "records.parquet"
    frame = pl.read_parquet(table)
    pl.concat([frame, frame.with_columns(source=pl.lit("pos"))]).write_parquet(table)
    truth = truth_file(tmp_path, TRUTH, "record_id", "cluster_id")
    with pytest.raises(InputError, match=r"crm/1 and pos/1 \(add a source column"):
        evaluate(out, truth)


def test_truth_that_joins_nothing_shows_both_sides(out: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"the output has 1, 2, 3 .*; the truth has q"):
        evaluate(out, truth_file(tmp_path, [("q", "x")], "record_id", "cluster_id"))


def test_a_folder_without_records_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"records.parquet: not found"):
        evaluate(tmp_path, tmp_path / "truth.csv")

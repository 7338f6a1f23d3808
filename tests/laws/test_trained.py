"""The laws with a trained model in play: what it learns and what comes of it is a function.

One model is learned for the module; what is resolved with it are other people.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations
from typing import TYPE_CHECKING

import polars as pl
import pytest

import sameas
from sameas.engine import reference
from sameas.engine.batch import resolve_files
from sameas.engine.batch.matching import read_model
from sameas.engine.batch.partition import partition
from sameas.engine.batch.previous import Previous
from sameas.engine.evaluate.again import live_of
from sameas.engine.match import score
from sameas.engine.policy import load
from sameas.matching.model import to_json
from tests.laws import answers
from tests.people import made

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable
    from pathlib import Path

    from sameas.engine.batch.result import Result
    from sameas.graph.model import Record, RecordKey
    from sameas.matching.model import Model, Vector

KEY = bytes(range(16))
TABLES = ("records", "profiles", "edges", "refused")


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An output that learned a model, with its policy."""
    folder = tmp_path_factory.mktemp("learned")
    made(1_200, seed=31)[0].write_parquet(folder / "people.parquet")
    resolve_files([folder / "people.parquet"], folder / "out")
    return folder / "out"


@pytest.fixture(scope="module")
def people() -> pl.DataFrame:
    """Other people than the model has seen."""
    return made(600, seed=32)[0]


def groups(result: Result) -> set[frozenset[str]]:
    """Who is together with whom."""
    members: dict[str, set[str]] = defaultdict(set)
    for record, profile in result.records.select("record_id", "profile_id").iter_rows():
        members[profile].add(record)
    return {frozenset(group) for group in members.values()}


def with_model(learned: Path, *tables: pl.DataFrame) -> Result:
    """Resolve tables by the model and its policy."""
    names = [f"part{number}" for number in range(len(tables))]
    return sameas.resolve(
        *tables,
        policy=learned / "policy.toml",
        model=learned / "model.json",
        id_key=KEY,
        names=names,
    )


def assert_equal(one: Result, other: Result) -> None:
    for name in TABLES:
        left, right = (getattr(result, name) for result in (one, other))
        columns = [column for column in left.columns if column != "arrival"]
        rows = [sorted(map(repr, table.select(columns).rows())) for table in (left, right)]
        assert rows[0] == rows[1], name


@pytest.mark.parametrize("seed", [1, 2])
def test_rows_in_any_order_give_equal_tables(
    learned: Path, people: pl.DataFrame, seed: int
) -> None:
    shuffled = people.sample(fraction=1.0, shuffle=True, seed=seed)
    assert_equal(with_model(learned, shuffled), with_model(learned, people))


def test_rows_in_any_order_teach_the_same_model(tmp_path: Path) -> None:
    texts = []
    for seed in (None, 3):
        records = made(500, seed=33)[0]
        if seed is not None:
            records = records.sample(fraction=1.0, shuffle=True, seed=seed)
        path = tmp_path / "people.parquet"
        records.write_parquet(path)
        resolve_files([path], tmp_path / f"out{seed}")
        texts.append(
            [(tmp_path / f"out{seed}" / name).read_text() for name in ("model.json", "policy.toml")]
        )
    assert texts[0] == texts[1]


@pytest.mark.parametrize("parts", [2, 5])
def test_any_split_into_files_gives_the_same_people(
    learned: Path, people: pl.DataFrame, parts: int
) -> None:
    size = -(-len(people) // parts)
    split = [people.slice(start, size) for start in range(0, len(people), size)]
    assert_equal(with_model(learned, *split), with_model(learned, people))


@pytest.mark.parametrize("parts", [2, 4])
def test_appended_files_give_what_one_run_gives(
    learned: Path, people: pl.DataFrame, parts: int, tmp_path: Path
) -> None:
    out, rules = tmp_path / "out", load(learned / "policy.toml")
    size = -(-len(people) // parts)
    for number, start in enumerate(range(0, len(people), size)):
        path = tmp_path / f"part{number}.parquet"
        people.slice(start, size).write_parquet(path)
        if number:
            last = resolve_files([path], out, append=True)
        else:
            last = resolve_files([path], out, policy=rules, model=learned / "model.json")
    assert groups(last) == groups(with_model(learned, people))


def test_an_append_keeps_the_model_and_the_policy(
    learned: Path, people: pl.DataFrame, tmp_path: Path
) -> None:
    paths = [tmp_path / "a.parquet", tmp_path / "b.parquet"]
    people.head(300).write_parquet(paths[0])
    people.tail(300).write_parquet(paths[1])
    out = tmp_path / "out"
    resolve_files(
        paths[:1], out, policy=load(learned / "policy.toml"), model=learned / "model.json"
    )
    resolve_files(paths[1:], out, append=True)
    for name in ("model.json", "policy.toml"):
        assert (out / name).read_text() == (learned / name).read_text()


def test_withdrawn_records_leave_no_trace_in_who_is_who(
    learned: Path, people: pl.DataFrame
) -> None:
    gone = people.select("source", "record_id").gather_every(7)
    later = gone.with_columns(
        deleted=pl.lit("true"), updated_at=pl.lit("2030-01-01 00:00:00").str.to_datetime()
    )
    rest = people.join(gone, on=["source", "record_id"], how="anti")
    assert groups(with_model(learned, people, later)) == groups(with_model(learned, rest))


def test_an_older_version_counts_for_nothing(learned: Path, people: pl.DataFrame) -> None:
    older = people.head(200).with_columns(
        pl.col("updated_at").dt.offset_by("-5y"),
        first_name=pl.lit("Zacharias"),
        email=pl.lit("zacharias@example.com"),
        phone=pl.lit("+12015550123"),
    )
    assert groups(with_model(learned, people, older)) == groups(with_model(learned, people))


def test_a_model_survives_its_own_text(learned: Path) -> None:
    text = (learned / "model.json").read_text()
    assert to_json(read_model(learned / "model.json")) == text


class Plain:
    """Evidence by the single forms of a model: every record, key and pair one by one."""

    def __init__(self, records: Iterable[Record], model: Model) -> None:
        self.model, self.edge_threshold, self.cut = model, model.edge_threshold, model.cut
        self.vectors = {record.key: model.vector(record) for record in records}

    def vector(self, key: RecordKey, /) -> Vector | None:
        return self.vectors[key]

    def weight(self, left: Hashable, right: Hashable, /) -> int | None:
        assert isinstance(left, tuple)
        assert isinstance(right, tuple)
        return self.model.weight(left, right)

    def pairs(self) -> Iterable[tuple[Vector, Vector, int]]:
        carriers: dict[int, list[Vector]] = defaultdict(list)
        for vector in self.vectors.values():
            for key in () if vector is None else self.model.keys(vector):
                carriers[key].append(vector)  # type: ignore[arg-type]  # keys are of a vector
        found: set[tuple[Vector, Vector]] = set()
        for vectors in carriers.values():
            if len(vectors) <= self.model.max_key_records:
                found.update(combinations(sorted(vectors), 2))
        for left, right in sorted(found):
            weight = self.model.weight(left, right)
            if weight is not None:
                yield left, right, weight


@pytest.mark.parametrize("seed", range(40, 46))
def test_a_trained_model_gives_what_the_function_says(
    learned: Path, seed: int, tmp_path: Path
) -> None:
    """Single record, single key, single pair, the plain oracle: equal to arrays and kernels."""
    model, policy = read_model(learned / "model.json"), load(learned / "policy.toml")
    made(140, seed=seed)[0].write_parquet(tmp_path / "people.parquet")
    result = resolve_files(
        [tmp_path / "people.parquet"], tmp_path / "out", policy=policy,
        model=learned / "model.json",
    )  # fmt: skip
    columns = live_of(Previous.open(tmp_path / "out"), policy)
    records = [columns.record(row) for row in range(len(columns))]
    evidence = score(columns, model)[0].scores
    fast = answers._plain(columns, partition(columns, policy, evidence=evidence))
    # What the oracle reads must be what was resolved: records without their digests have them not.
    slow = reference.resolve(records, policy, (), Plain(records, model))
    assert fast.profiles == slow.profiles
    assert fast.refused == slow.refused
    assert fast.component_sizes == slow.component_sizes
    assert {frozenset(key.record_id for key in group) for group in slow.profiles} == groups(result)

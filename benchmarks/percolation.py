"""How far sharing chains a city together: plain connected components beside sameas.

Both sides read one file and are scored against one truth, pair by pair of records. The plain side
joins all records that have any identifier in common, which is what a graph without sections 3.2 to
3.5 of docs/design.md does.

    python benchmarks/percolation.py --people 100000 --dials 0,0.5,1,2
    python benchmarks/percolation.py --data DIR --json
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numba
import numpy as np
import polars as pl

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # to run as a script

from benchmarks.city import IDENTIFIERS, RECORDS, TRUTH, City, Sharing, write
from benchmarks.tables import show

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    Labels = npt.NDArray[np.int64]

__all__ = ["Outcome", "Score", "compare", "plain_components", "score"]


@dataclass(frozen=True, slots=True)
class Score:
    """One partition of records beside the truth."""

    largest_records: int
    largest_people: int
    """People of whom the cluster with the most people has a record."""
    precision: float
    """Of the pairs of records that are joined, the part that is one person; 1 if none is joined."""
    recall: float
    """Of the pairs of records that are one person, the part that is joined; 1 if there are none."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Both sides of one city."""

    records: int
    people: int
    plain: Score
    sameas: Score
    largest_component: int
    """Nodes of the largest component that sameas had to resolve."""


@numba.njit(cache=False)
def _join(parent: Labels, record: Labels, node: Labels) -> None:
    for place in range(len(record)):
        left, right = record[place], node[place]
        while parent[left] != left:
            parent[left] = parent[parent[left]]
            left = parent[left]
        while parent[right] != right:
            parent[right] = parent[parent[right]]
            right = parent[right]
        if left != right:
            parent[max(left, right)] = min(left, right)


@numba.njit(cache=False)
def _flatten(parent: Labels) -> None:
    # Roots are the smallest of their tree, so every parent is already final.
    for place in range(len(parent)):
        parent[place] = parent[parent[place]]


def plain_components(records: pl.DataFrame) -> Labels:
    """Connected components of records over all identifiers: an int64 label a record.

    >>> plain_components(pl.DataFrame({"email": ["a", "b", "a", None, None]})).tolist()
    [0, 1, 0, 3, 4]
    """
    offset, parts = records.height, []
    for kind in (name for name in IDENTIFIERS if name in records.columns):
        code = records[kind].rank("dense")
        present = np.flatnonzero(code.is_not_null().to_numpy())
        node = code.drop_nulls().cast(pl.Int64).to_numpy() - 1 + offset
        parts.append((present.astype(np.int64), node))
        offset += records[kind].drop_nulls().n_unique()
    parent = np.arange(offset, dtype=np.int64)
    for record, node in parts:
        _join(parent, record, node)
    _flatten(parent)
    return parent[: records.height]


def score(label: pl.Series, person: pl.Series) -> Score:
    """Score a partition: `label` and `person` are one value a record, nulls not allowed.

    >>> score(pl.Series([1, 1, 1, 2]), pl.Series([7, 7, 8, 8]))
    Score(largest_records=3, largest_people=2, precision=0.3333333333333333, recall=0.5)
    """
    if len(label) == 0:
        return Score(0, 0, 1.0, 1.0)
    cells = pl.DataFrame({"label": label, "person": person}).group_by("label", "person").len("n")
    cells = cells.with_columns(pl.col("n").cast(pl.Int64))
    clusters = cells.group_by("label").agg(records=pl.col("n").sum(), people=pl.len())
    people = cells.group_by("person").agg(records=pl.col("n").sum())

    def pairs(counts: pl.Series) -> int:
        return int((counts * (counts - 1) // 2).sum())

    both, joined = pairs(cells["n"]), pairs(clusters["records"])
    true = pairs(people["records"])
    return Score(
        largest_records=int(clusters["records"].to_numpy().max()),
        largest_people=int(clusters["people"].to_numpy().max()),
        precision=both / joined if joined else 1.0,
        recall=both / true if true else 1.0,
    )


def compare(data: Path, out: Path) -> Outcome:
    """Resolve the records of the folder `data` into `out`; score both sides by its truth.

    Raises:
        sameas.errors.SameasError: if sameas cannot read the records.
    """
    from sameas.engine.batch import resolve_files

    records = pl.read_parquet(data / RECORDS)
    truth = pl.read_parquet(data / TRUTH)
    keys = ["source", "record_id"]
    person = records.select(keys).join(truth, on=keys, how="left", maintain_order="left")
    label = pl.Series(plain_components(records))
    plain = score(label, person["cluster_id"])
    rows, people = records.height, truth["cluster_id"].n_unique()
    del records, person, label
    result = resolve_files([data / RECORDS], out, force=True, match=False)
    profiles = pl.read_parquet(out / RECORDS, columns=[*keys, "profile_id"])
    profiles = profiles.with_columns(pl.col("source").cast(pl.String))  # it is dictionary-coded
    joined = truth.join(profiles, on=keys, how="inner")
    if joined.height != rows:
        raise RuntimeError(f"{rows - joined.height} of {rows} records are not in {out}")
    sizes = [int(size) for size in result.manifest["component_sizes"]]
    after = score(joined["profile_id"], joined["cluster_id"])
    return Outcome(rows, people, plain, after, max(sizes, default=0))


def row(name: str, outcome: Outcome) -> dict[str, object]:
    """One line of the printed table."""
    before, after = outcome.plain, outcome.sameas
    return {
        "city": name,
        "people": outcome.people,
        "plain: largest, people": before.largest_people,
        "share": f"{before.largest_people / outcome.people:.2%}",
        "precision": f"{before.precision:.4f}",
        "recall": f"{before.recall:.4f}",
        "sameas: largest component, nodes": outcome.largest_component,
        "largest profile, people": after.largest_people,
        "records": after.largest_records,
        "precision ": f"{after.precision:.4f}",
        "recall ": f"{after.recall:.4f}",
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Plain connected components beside sameas.")
    parser.add_argument("--data", type=Path, help="a folder that benchmarks/city.py wrote")
    parser.add_argument("--people", default="100000", help="sizes of city, comma-separated")
    parser.add_argument("--dials", default="0,0.5,1,2", help="dials of sharing, comma-separated")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--names", type=int, choices=(0, 1), default=1, help="0: no person names")
    parser.add_argument("--temp", type=Path, help="where the city and the output go meanwhile")
    parser.add_argument("--json", action="store_true", help="for machines")
    told = parser.parse_args(arguments)
    outcomes: dict[str, Outcome] = {}
    with tempfile.TemporaryDirectory(dir=told.temp) as temp:
        if told.data:
            outcomes[str(told.data)] = compare(told.data, Path(temp) / "out")
        else:
            for people in map(int, told.people.split(",")):
                for dial in map(float, told.dials.split(",")):
                    city = City(people, told.seed, Sharing().scaled(dial), names=bool(told.names))
                    write(city, Path(temp) / "city")
                    name = f"{people:,} dial {dial:g}"
                    outcomes[name] = compare(Path(temp) / "city", Path(temp) / "out")
    if told.json:
        print(json.dumps({name: asdict(outcome) for name, outcome in outcomes.items()}, indent=2))
    else:
        show([row(name, outcome) for name, outcome in outcomes.items()])


if __name__ == "__main__":
    main()

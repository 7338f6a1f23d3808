"""How good the answer is on labelled sets, with nothing configured: no policy, no model, no labels.

Each folder of DIR that has a records.parquet and a truth.parquet (record_id, cluster_id), or a
pairs.parquet (`is_match` and two sides, `test_NAME` and `seed_NAME`), goes through `sameas resolve`
in a process of its own and is scored by `sameas.engine.evaluate`. The truth is read only for that.
README.md says where such sets come from.

    python benchmarks/labelled.py --data DIR
    python benchmarks/labelled.py --data DIR --sets febrl3,historical_50k --explain 3
    python benchmarks/labelled.py --data DIR --json
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # to run as a script

from benchmarks.draws import RECORDS, TRUTH
from benchmarks.processes import ProcessError, run, sameas
from benchmarks.tables import show
from sameas.errors import Fault, InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Result", "find_sets", "measure", "measure_pairs"]

PAIRS = "pairs.parquet"
SIDES = ("test", "seed")
LEAVES_TRUTH = "ID"
"""A column of pair sets that is equal on both sides if, and only if, they are one person."""
SCORES = (
    ("precision", "precision"),
    ("recall", "recall"),
    ("F1", "f1"),
    ("B-cubed F1", "bcubed_f1"),
)


@dataclass(frozen=True, slots=True)
class Result:
    """One set: what was found, or why not."""

    name: str
    scores: dict[str, float] | None = None
    """`Evaluation.as_dict()`, the examples left out; of pairs only what can be said of them."""
    cpu: float = 0.0
    wall: float = 0.0
    peak: int = 0
    failed: str = ""
    explained: str = ""
    """What `sameas evaluate` says of the worst mistakes."""

    def row(self) -> dict[str, object]:
        """One line of the printed table."""
        line: dict[str, object] = {"set": self.name}
        if self.scores is None:
            return line | {"failed": self.failed}
        for head in ("records", "people", "profiles"):
            line[head] = self.scores.get(head)
        for head, key in SCORES:
            line[head] = f"{self.scores[key]:.4f}" if key in self.scores else None
        cost = {"CPU s": f"{self.cpu:.1f}", "wall s": f"{self.wall:.1f}"}
        return line | cost | {"peak MB": round(self.peak / 1e6)}


def find_sets(data: Path, names: Sequence[str] = ()) -> list[Path]:
    """The folders of `data` that hold a labelled set, by name; only `names`, if there are any.

    Raises:
        InputError: if `data` holds no set, or not all of the names.
    """
    found = sorted(path.parent for path in data.glob(f"*/{RECORDS}"))
    sets = {path.name: path for path in found if (path / TRUTH).is_file()}
    sets |= {path.parent.name: path.parent for path in sorted(data.glob(f"*/{PAIRS}"))}
    known = ", ".join(sorted(sets)) or "none"
    faults = [Fault(str(data / name), "no labelled set", f"there are: {known}") for name in names]
    faults = [fault for fault, name in zip(faults, names, strict=True) if name not in sets]
    if not sets:
        remedy = f"a folder of NAME/{RECORDS} with NAME/{TRUTH}, or of NAME/{PAIRS}"
        faults = [Fault(str(data), "no labelled sets", remedy)]
    if faults:
        raise InputError(faults)
    return [sets[name] for name in names or sorted(sets)]


def measure(folder: Path, out: Path, *, timeout: float = 3600.0, explain: int = 0) -> Result:
    """Resolve and score one set; a failure is part of the result."""
    from sameas.engine.evaluate import evaluate

    truth = folder / TRUTH
    try:
        used = run(sameas("resolve", str(folder / RECORDS), "-o", str(out), "-q"), timeout=timeout)
        told = ""
        if explain:
            command = sameas(
                "evaluate", str(out), "--truth", str(truth), "--examples", str(explain)
            )
            told = run(command, timeout=timeout).output
    except ProcessError as failure:
        return Result(folder.name, failed=str(failure))
    said = evaluate(out, truth).as_dict()
    scores = {name: value for name, value in said.items() if isinstance(value, (int, float))}
    return Result(folder.name, scores, used.cpu, used.wall, used.peak, explained=told)


def measure_pairs(folder: Path, out: Path, *, timeout: float = 3600.0, explain: int = 0) -> Result:
    """Resolve both sides of labelled pairs as the records of two sources; score the pairs only."""
    pairs = pl.read_parquet(folder / PAIRS)
    records = out.with_name(f"{out.name}-{RECORDS}")
    _sides(pairs).write_parquet(records)
    try:
        used = run(sameas("resolve", str(records), "-o", str(out), "-q"), timeout=timeout)
    except ProcessError as failure:
        return Result(folder.name, failed=str(failure))
    profiles = pl.read_parquet(out / RECORDS, columns=["record_id", "profile_id"]).cast(pl.String)
    by_record = dict(profiles.iter_rows())
    same = [by_record[f"{n}-{SIDES[0]}"] == by_record[f"{n}-{SIDES[1]}"] for n in range(len(pairs))]
    truth = pairs["is_match"].to_list()
    both = sum(a and b for a, b in zip(same, truth, strict=True))
    precision, recall = both / max(sum(same), 1), both / max(sum(truth), 1)
    scores: dict[str, float] = {
        "records": len(by_record),
        "profiles": len(set(by_record.values())),
        "precision": precision,
        "recall": recall,
        "f1": 2 * precision * recall / (precision + recall) if both else 0.0,
    }
    wrong = [n for n, (a, b) in enumerate(zip(same, truth, strict=True)) if a != b][:explain]
    told = "\n".join(_pair(pairs.row(n, named=True), joined=same[n]) for n in wrong)
    return Result(folder.name, scores, used.cpu, used.wall, used.peak, explained=told)


def _sides(pairs: pl.DataFrame) -> pl.DataFrame:
    """One record a side of each pair, without what tells the truth."""
    names = [name for name in _fields(pairs.columns) if name != LEAVES_TRUTH]
    number = pl.int_range(pl.len()).cast(pl.String)
    return pl.concat(
        pairs.select(
            (number + f"-{side}").alias("record_id"),
            pl.lit(side).alias("source"),
            *(pl.col(f"{side}_{name}").alias(name) for name in names),
        )
        for side in SIDES
    )


def _fields(columns: Sequence[str]) -> list[str]:
    """What both sides say."""
    first, second = ({one.removeprefix(f"{s}_") for one in columns if one.startswith(f"{s}_")}
                     for s in SIDES)  # fmt: skip
    return sorted(first & second)


def _pair(row: dict[str, object], *, joined: bool) -> str:
    differing = [
        f"{name}: {row[f'{SIDES[0]}_{name}']} | {row[f'{SIDES[1]}_{name}']}"
        for name in _fields(list(row))
        if row[f"{SIDES[0]}_{name}"] != row[f"{SIDES[1]}_{name}"]
    ]
    what = "joined, two people" if joined else "apart, one person"
    return f"{what}: {'; '.join(differing) or 'nothing differs'}"


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder of labelled sets")
    parser.add_argument("--sets", default="", help="only these, comma-separated")
    parser.add_argument("--explain", type=int, default=0, help="worst mistakes to explain, a set")
    parser.add_argument("--timeout", type=float, default=3600.0, help="seconds for one set")
    parser.add_argument("--temp", type=Path, help="where the output goes meanwhile")
    parser.add_argument("--json", action="store_true", help="for machines")
    told = parser.parse_args(arguments)
    try:
        folders = find_sets(told.data, [name for name in told.sets.split(",") if name])
    except InputError as error:
        sys.exit(str(error))
    results = []
    with tempfile.TemporaryDirectory(prefix="sameas-bench-", dir=told.temp) as temp:
        for folder in folders:
            way = measure if (folder / TRUTH).is_file() else measure_pairs
            out = Path(temp) / folder.name
            results.append(way(folder, out, timeout=told.timeout, explain=told.explain))
            print(f"{folder.name} done", file=sys.stderr)
    if told.json:
        print(json.dumps([asdict(result) for result in results], indent=2))
    else:
        show([result.row() for result in results])
        for result in results:
            if result.explained:
                print(f"\n{result.name}\n{result.explained}")
    if any(result.failed for result in results):
        sys.exit(1)


if __name__ == "__main__":
    main()

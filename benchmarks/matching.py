"""How fast and how good matching is, end to end, beside Splink on the same file in the same run.

The records are those of `people.py`. Every figure is a fresh process that reads Parquet, trains,
and writes its answer: `sameas resolve` with nothing configured, and Splink as somebody who knows
both would set it up (splink_peer.py), under an interpreter that has it. CPU seconds are user and
system, children included. Quality is pairwise and B-cubed against the truth, which nobody sees
before; of Splink also the best that any threshold would have given, which only the truth can pick.
Compiled code is cold in the first line, in a folder of the run's own, and warm in all others.

    python benchmarks/matching.py --sizes 20k,100k,1M --peer /path/to/python
    python benchmarks/matching.py --sizes 1M --seed 7 --stages --json
    python benchmarks/matching.py --sizes 1M --online       # and one record at a time against them
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # to run as a script

from benchmarks.batch import fixed, parse_size, versions
from benchmarks.draws import RECORDS, TRUTH
from benchmarks.peers import optional
from benchmarks.processes import ProcessError, run, sameas
from benchmarks.tables import show
from sameas.engine.evaluate import evaluate, evaluate_partition
from sameas.errors import SameasError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sameas.engine.evaluate import Scores

__all__ = ["Bench", "Run", "best_closure", "growth"]

HERE = Path(__file__).resolve().parent
PACKAGES = ("sameas", "numpy", "numba", "polars", "pyarrow", "rapidfuzz")
SMALL = 5_000  # records of the warm-up
MORE = 1_100  # records that come one at a time; the first hundred warm up
WARM_UP = (", cold", ", warm")


@dataclass(frozen=True, slots=True)
class Run:
    """One process: seconds, bytes, how right it was; None where it has no meaning."""

    records: int
    who: str
    cpu: float | None = None
    wall: float | None = None
    peak: int | None = None
    precision: float | None = None
    recall: float | None = None
    f1: float | None = None
    bcubed_f1: float | None = None
    largest: int | None = None
    """Records in the largest cluster."""
    stages: dict[str, float] = field(default_factory=dict)
    """Wall seconds of each stage, as the program itself says."""
    versions: dict[str, str] = field(default_factory=dict)
    failed: str = ""

    def row(self) -> dict[str, object]:
        """One line of the printed table."""
        line: dict[str, object] = {
            "records": self.records,
            "who": self.who,
            "CPU s": fixed(self.cpu, 1),
            "wall s": fixed(self.wall, 1),
            "peak MB": fixed(self.peak and self.peak / 1e6, 0),
            "precision": fixed(self.precision, 4),
            "recall": fixed(self.recall, 4),
            "F1": fixed(self.f1, 4),
            "B-cubed F1": fixed(self.bcubed_f1, 4),
            "largest": self.largest,
        }
        return line | ({"failed": self.failed} if self.failed else {})


@dataclass(frozen=True, slots=True)
class Bench:
    """How to run: where files go meanwhile, which people, how long a process may take."""

    temp: Path
    seed: int = 1
    peer: Path | None = None
    one_name: bool = False
    timeout: float = 7200.0
    compiled: Path | None = None
    """Where compiled code is kept; None: where it always is, and there may be some already."""

    def people(self, records: int) -> Path:
        """Make so many records; their folder."""
        folder = self.temp / "people"
        command = [sys.executable, str(HERE / "people.py"), "--records", str(records)]
        command += ["--seed", str(self.seed), "-o", str(folder)]
        run([*command, *(["--one-name"] if self.one_name else [])], timeout=self.timeout)
        return folder

    def resolve(self, folder: Path, who: str = "sameas resolve") -> Run:
        """One `sameas resolve` without any configuration, scored."""
        out = self.temp / "out"
        shutil.rmtree(out, ignore_errors=True)
        command = sameas("resolve", str(folder / RECORDS), "-o", str(out), "-q")
        used = run(command, env=self._env(), timeout=self.timeout)
        said = evaluate(out, folder / TRUTH).scores
        sizes = pl.scan_parquet(out / "records.parquet").group_by("profile_id").len()
        largest = sizes.select(pl.col("len").max()).collect().item()
        stages = json.loads((out / "manifest.json").read_text(encoding="utf-8"))["timings"]
        return _scored(Run(said.records, who, used.cpu, used.wall, used.peak, stages=stages),
                       said, int(largest))  # fmt: skip

    def splink(self, folder: Path) -> list[Run]:
        """Splink at its threshold, and what the best threshold would have given."""
        scratch = self.temp / "peer"
        shutil.rmtree(scratch, ignore_errors=True)
        script = str(HERE / "splink_peer.py")
        command = [str(self.peer), script, str(folder / RECORDS), "--out", str(scratch)]
        said = json.loads(run(command, timeout=self.timeout).output.strip().splitlines()[-1])
        truth = pl.read_parquet(folder / TRUTH, columns=["record_id", "cluster_id"])
        clusters = pl.read_parquet(scratch / "clusters.parquet")
        both = truth.join(clusters, on="record_id")
        scores = evaluate_partition(both["cluster"], both["cluster_id"])
        line = Run(len(truth), "splink, probability .95", said["cpu"], said["wall"], said["peak"],
                   versions=said["versions"])  # fmt: skip
        weight, best, most = best_closure(truth, pl.read_parquet(scratch / "pairs.parquet"))
        return [
            _scored(
                line, scores, int(clusters["cluster"].value_counts()["count"].to_numpy().max())
            ),
            _scored(Run(len(truth), f"splink, best weight {weight:g}"), best, most),
        ]

    def size(self, records: int) -> list[Run]:
        """Everything at one size."""
        folder = self.people(records)
        runs = [self.resolve(folder)]
        if self.peer is not None:
            try:
                runs += self.splink(folder)
            except ProcessError as failure:
                runs.append(Run(records, "splink", failed=str(failure)))
        return runs

    def online(self, records: int) -> dict[str, object]:
        """Records that come one at a time to a store that holds `records`: one_by_one.py."""
        folder = self.people(records + MORE)
        everything = pl.read_parquet(folder / RECORDS)
        everything.head(records).write_parquet(folder / RECORDS)
        everything.tail(MORE).write_parquet(folder / "more.parquet")
        del everything
        self.resolve(folder)
        store = self.temp / "people.db"
        env = self._env()
        loading = run(
            sameas("load", str(self.temp / "out"), "--store", str(store)),
            env=env,
            timeout=self.timeout,
        )
        more = [str(HERE / "one_by_one.py"), str(store), str(folder / "more.parquet")]
        said = json.loads(run([sys.executable, *more], env=env, timeout=self.timeout).output)
        for path in self.temp.glob("people.db*"):
            path.unlink()
        return {
            "held": records,
            "load CPU s": fixed(loading.cpu, 1),
            "sent": said["records"],
            "CPU ms each": fixed(said["cpu_ms"], 2),
            "p50 ms": fixed(said["p50_ms"], 2),
            "p99 ms": fixed(said["p99_ms"], 2),
            "found somebody": fixed(said["joined"], 3),
            "pending": fixed(said["pending"], 3),
        }

    def _env(self) -> dict[str, str]:
        return {"NUMBA_CACHE_DIR": str(self.compiled)} if self.compiled else {}


def best_closure(truth: pl.DataFrame, pairs: pl.DataFrame) -> tuple[float, Scores, int]:
    """The least weight whose connected components have the best pairwise F1, in steps of a bit.

    Args:
        truth: record_id, cluster_id.
        pairs: record_id_l, record_id_r, match_weight.

    Returns:
        The weight, its scores, the records of its largest component.
    """
    sparse, csgraph = optional("scipy.sparse"), optional("scipy.sparse.csgraph")
    places = truth.select("record_id").with_row_index("place")
    found = pairs.join(places, left_on="record_id_l", right_on="record_id").join(
        places, left_on="record_id_r", right_on="record_id", suffix="_r"
    )
    left, right = found["place"].to_numpy(), found["place_r"].to_numpy()
    weight = found["match_weight"].to_numpy()
    best: tuple[float, Scores, int] | None = None
    for step in range(-6, 31):
        here = weight >= step
        edges = (np.ones(int(here.sum()), np.int8), (left[here], right[here]))
        graph = sparse.coo_array(edges, shape=(len(truth), len(truth)))
        _, labels = csgraph.connected_components(graph, directed=False)
        scores = evaluate_partition(labels, truth["cluster_id"])
        if best is None or scores.f1 > best[1].f1:
            best = float(step), scores, int(np.bincount(labels).max())
    assert best is not None
    return best


def growth(runs: Sequence[Run]) -> list[dict[str, object]]:
    """How the cost of each program grows with the records: microseconds and bytes a record."""
    lines: list[dict[str, object]] = []
    measured = [one for one in runs if one.cpu and one.peak and not one.who.endswith(WARM_UP)]
    for who in dict.fromkeys(one.who for one in measured):
        line: dict[str, object] = {"growth": who}
        for one in (one for one in measured if one.who == who):
            assert one.cpu is not None
            assert one.peak is not None
            each, size = one.cpu / one.records * 1e6, one.peak / one.records
            line[f"{one.records:,}"] = f"{each:.0f} us, {size:,.0f} B"
        lines.append(line)
    return lines


def _scored(line: Run, scores: Scores, largest: int) -> Run:
    facts = {name: getattr(scores, name) for name in ("precision", "recall", "f1", "bcubed_f1")}
    kept: dict[str, Any] = {name: getattr(line, name) for name in Run.__dataclass_fields__}
    return Run(**(kept | facts | {"largest": largest}))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", default="20k,100k,1M", help="records, comma-separated")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--peer", type=Path, help="Python interpreter that has splink and duckdb")
    parser.add_argument("--one-name", action="store_true", help="one source has full names only")
    parser.add_argument("--no-cold", action="store_true", help="leave out the run that compiles")
    parser.add_argument("--online", action="store_true", help="one record at a time as well")
    parser.add_argument("--stages", action="store_true", help="show what each stage took")
    parser.add_argument("--timeout", type=float, default=7200.0, help="seconds for one process")
    parser.add_argument("--temp", type=Path, help="where files go meanwhile (2 GB at 5M)")
    parser.add_argument("--json", action="store_true", help="for machines")
    return parser


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = _parser()
    told = parser.parse_args(arguments)
    try:
        sizes = [parse_size(text) for text in told.sizes.split(",")]
    except ValueError as error:
        parser.error(str(error))
    if told.peer is not None and not told.peer.is_file():
        parser.error(f"--peer {told.peer}: no such interpreter")
    runs: list[Run] = []
    online: list[dict[str, object]] = []
    with tempfile.TemporaryDirectory(prefix="sameas-bench-", dir=told.temp) as temp:
        compiled = None if told.no_cold else Path(temp) / "compiled"
        bench = Bench(Path(temp), told.seed, told.peer, told.one_name, told.timeout, compiled)
        try:
            if not told.no_cold:
                folder = bench.people(SMALL)
                runs += [
                    bench.resolve(folder, f"sameas resolve, {how}") for how in ("cold", "warm")
                ]
            for size in sizes:
                runs += bench.size(size)
                online += [bench.online(size)] if told.online else []
                print(f"{size:,} done", file=sys.stderr)
        except (ProcessError, SameasError) as failure:
            sys.exit(str(failure))
    installed = versions(PACKAGES)
    for one in runs:
        installed |= {f"peer's {name}": number for name, number in one.versions.items()}
    machine = {"system": platform.platform(), "cores": os.cpu_count()}
    if told.json:
        result = {"versions": installed, "machine": machine, "seed": told.seed, "online": online}
        print(json.dumps({**result, "runs": [asdict(one) for one in runs]}, indent=2))
        return
    show([one.row() for one in runs])
    show(growth(runs))
    show(online)
    if told.stages:
        show([{"records": one.records, **one.stages} for one in runs if one.stages])
    print(", ".join(f"{name} {number}" for name, number in installed.items()))
    print(f"{machine['system']}, {machine['cores']} cores; seed {told.seed}")


if __name__ == "__main__":
    main()

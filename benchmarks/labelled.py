"""How good the answer is on labelled sets, with nothing configured: no policy, no model, no labels.

Each folder of DIR that has a records.parquet and a truth.parquet (record_id, cluster_id) goes
through `sameas resolve` in a process of its own and is scored by `sameas.engine.evaluate`. The
truth is read only for that. README.md says where such sets come from.

    python benchmarks/labelled.py --data DIR
    python benchmarks/labelled.py --data DIR --sets febrl3,historical_50k --json
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # to run as a script

from benchmarks.processes import ProcessError, run, sameas
from benchmarks.tables import show
from sameas.errors import Fault, InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Result", "find_sets", "measure"]


@dataclass(frozen=True, slots=True)
class Result:
    """One set: what was found, or why not."""

    name: str
    scores: dict[str, float] | None = None
    """`Evaluation.as_dict()`, the examples left out."""
    cpu: float = 0.0
    wall: float = 0.0
    peak: int = 0
    failed: str = ""

    def row(self) -> dict[str, object]:
        """One line of the printed table."""
        line: dict[str, object] = {"set": self.name}
        if self.scores is None:
            return line | {"failed": self.failed}
        for head, key in (("records", "records"), ("people", "people"), ("profiles", "profiles")):
            line[head] = self.scores[key]
        for head, key in (
            ("precision", "precision"),
            ("recall", "recall"),
            ("F1", "f1"),
            ("B-cubed F1", "bcubed_f1"),
        ):
            line[head] = f"{self.scores[key]:.4f}"
        cost = {"CPU s": f"{self.cpu:.1f}", "wall s": f"{self.wall:.1f}"}
        return line | cost | {"peak MB": round(self.peak / 1e6)}


def find_sets(data: Path, names: Sequence[str] = ()) -> list[Path]:
    """The folders of `data` that hold a labelled set, by name; only `names`, if there are any.

    Raises:
        InputError: if `data` holds no set, or not all of the names.
    """
    found = sorted(path.parent for path in data.glob("*/records.parquet"))
    sets = {path.name: path for path in found if (path / "truth.parquet").is_file()}
    known = ", ".join(sets) or "none"
    faults = [Fault(str(data / name), "no labelled set", f"there are: {known}") for name in names]
    faults = [fault for fault, name in zip(faults, names, strict=True) if name not in sets]
    if not sets:
        remedy = "a folder of NAME/records.parquet with NAME/truth.parquet"
        faults = [Fault(str(data), "no labelled sets", remedy)]
    if faults:
        raise InputError(faults)
    return [sets[name] for name in names or sets]


def measure(folder: Path, out: Path, *, timeout: float = 3600.0) -> Result:
    """Resolve and score one set; a failure is part of the result."""
    from sameas.engine.evaluate import evaluate

    records = str(folder / "records.parquet")
    command = sameas("resolve", records, "-o", str(out), "-q")
    try:
        used = run(command, timeout=timeout)
    except ProcessError as failure:
        return Result(folder.name, failed=str(failure))
    said = evaluate(out, folder / "truth.parquet").as_dict()
    scores = {name: value for name, value in said.items() if isinstance(value, (int, float))}
    return Result(folder.name, scores, used.cpu, used.wall, used.peak)


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder of labelled sets")
    parser.add_argument("--sets", default="", help="only these, comma-separated")
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
            results.append(measure(folder, Path(temp) / folder.name, timeout=told.timeout))
            print(f"{folder.name} done", file=sys.stderr)
    if told.json:
        print(json.dumps([asdict(result) for result in results], indent=2))
    else:
        show([result.row() for result in results])
    if any(result.failed for result in results):
        sys.exit(1)


if __name__ == "__main__":
    main()

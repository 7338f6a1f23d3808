"""How often a name in another script meets its Latin spelling, and how often a random one does.

Each Parquet file of DIR holds pairs of one name: `name_latin`, `name_native`. Both sides become
canonical family names, and are compared as `sameas.matching` compares them. Random pairs are the
same names, each with the next one's partner.

    python benchmarks/transliteration.py --data DIR [--pairs 20000] [--json]
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # to run as a script

import numpy as np
import polars as pl

from benchmarks.tables import show
from sameas.matching.compare import level_pairs, levels, prepare
from sameas.matching.fields import Field, code_column

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sameas.matching.fields import FieldKind

__all__ = ["Result", "measure"]

KIND: FieldKind = "family_name"
NAMES = levels(KIND)
SAME, CLOSE, SIMILAR = (NAMES.index(name) + 1 for name in ("same name", "close", "similar"))


@dataclass(frozen=True, slots=True)
class Result:
    """One script: shares of true and of random pairs at a level or a stronger one."""

    name: str
    pairs: int
    equal: tuple[float, float]
    same: tuple[float, float]
    close: tuple[float, float]
    similar: tuple[float, float]

    def row(self) -> dict[str, object]:
        """One line of the printed table: true pairs / random pairs."""
        line: dict[str, object] = {"script": self.name, "pairs": self.pairs}
        for head in ("equal", "same", "close", "similar"):
            found, by_chance = getattr(self, head)
            line[head] = f"{found:.3f} / {by_chance:.4f}"
        return line


def measure(file: Path, *, pairs: int) -> Result:
    """Compare the first `pairs` pairs of a file, by a fixed shuffle."""
    read = pl.read_parquet(file, columns=["name_latin", "name_native"]).drop_nulls()
    frame = read.sample(min(pairs, read.height), seed=1, shuffle=True)
    both = pl.concat([frame["name_latin"], frame["name_native"]])
    coded = code_column(Field("name", KIND, ("last_name",)), {"last_name": both.to_arrow()})
    packed = prepare(KIND, coded.values)
    left, right = coded.codes[: frame.height], coded.codes[frame.height :]
    true = level_pairs(KIND, packed, left, right)
    random = level_pairs(KIND, packed, left, np.roll(right, 1))

    def shares(at: int) -> tuple[float, float]:
        def share(found: NDArray[np.uint8]) -> float:
            return float(np.mean((found > 0) & (found <= at))) if len(found) else 0.0

        return share(true), share(random)

    return Result(file.stem, frame.height, shares(1), shares(SAME), shares(CLOSE), shares(SIMILAR))


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--data", type=Path, required=True, help="folder of pairs, one file a script"
    )
    parser.add_argument("--pairs", type=int, default=20_000, help="at most so many of a file")
    parser.add_argument("--json", action="store_true", help="for machines")
    told = parser.parse_args(arguments)
    files = sorted(told.data.glob("*.parquet"))
    if not files:
        sys.exit(f"{told.data}: no Parquet files; one a script, with name_latin and name_native")
    results = [measure(file, pairs=told.pairs) for file in files]
    if told.json:
        print(json.dumps([asdict(result) for result in results], indent=2))
    else:
        show([result.row() for result in results])


if __name__ == "__main__":
    main()

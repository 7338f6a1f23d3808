"""How fast `sameas resolve` is, with its floor and its peers measured beside it in the same run.

Every figure is a fresh process: CPU seconds (user and system, children included), wall seconds,
peak memory. Compiled code is cold once, in a cache folder of the run's own, and that is shown;
all other runs are warm. The floor reads the same input and writes the same tables and does nothing
else (peers.py); ratios are CPU to the floor's CPU. A peer that fails, or runs into the timeout, is
shown as such and stops nothing.

    python benchmarks/batch.py                              # 1M, 5M and 20M identifier values
    python benchmarks/batch.py --observations 100M --peers scipy --temp /big/disk
    python benchmarks/batch.py --sizes 1M,20M --raw --names 1 --json
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import platform
import re
import shutil
import sys
import tempfile
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # to run as a script

from benchmarks.processes import ProcessError, Usage, run, sameas
from benchmarks.tables import show
from sameas.errors import MissingExtraError, SameasError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Bench", "Run", "fixed", "parse_size", "versions"]

HERE = Path(__file__).resolve().parent
PER_PERSON = 10.0  # identifier values a person: 2.5 a record, four records
SMALL = 10_000  # people of the warm-up
PEERS = ("scipy", "networkx", "duckdb")
NEEDS = {"scipy": "scipy", "networkx": "networkx", "duckdb": "duckdb", "floor": "psutil"}
PACKAGES = ("sameas", "numpy", "numba", "polars", "pyarrow", "scipy", "networkx", "duckdb")


@dataclass(frozen=True, slots=True)
class Run:
    """One process of the benchmark: seconds and bytes, None where it has no meaning."""

    observations: int
    who: str
    cpu: float | None = None
    wall: float | None = None
    peak: int | None = None
    to_floor: float | None = None
    """Its CPU seconds over the floor's."""
    bytes_per_identifier: float | None = None
    """Peak memory over distinct identifiers."""
    found: int | None = None
    """Profiles, or components."""
    failed: str = ""

    def row(self) -> dict[str, object]:
        """One line of the printed table."""
        line: dict[str, object] = {"observations": self.observations, "who": self.who}
        line["CPU s"] = fixed(self.cpu, 2)
        line["x floor"] = fixed(self.to_floor, 1)
        line["wall s"] = fixed(self.wall, 2)
        line["peak MB"] = fixed(self.peak and self.peak / 1e6, 0)
        line["B/identifier"] = fixed(self.bytes_per_identifier, 0)
        line["found"] = self.found
        return line | ({"failed": self.failed} if self.failed else {})


@dataclass(frozen=True, slots=True)
class Bench:
    """How to run: where files go meanwhile, which city, how long a process may take."""

    temp: Path
    seed: int = 1
    raw: bool = False
    names: bool = False
    timeout: float = 3600.0
    repeat: int = 1
    compiled: Path | None = None
    """Where compiled code is kept; None: where it always is, and there may be some already."""

    def city(self, observations: int) -> Path:
        """Make the city with so many identifier values; its folder."""
        people = max(1, round(observations / PER_PERSON))
        folder = self.temp / "city"
        command = [sys.executable, str(HERE / "city.py"), "--people", str(people)]
        command += ["--seed", str(self.seed), "--names", str(int(self.names)), "-o", str(folder)]
        run([*command, *(["--raw"] if self.raw else [])], timeout=self.timeout)
        return folder / "records.parquet"

    def resolve(self, records: Path) -> Usage:
        """One `sameas resolve`, into the folder `out`."""
        out = self.temp / "out"
        shutil.rmtree(out, ignore_errors=True)
        command = sameas("resolve", str(records), "-o", str(out), "-q", "--no-match")
        return run(command, env=self._env(), timeout=self.timeout)

    def peer(self, name: str, records: Path, *more: str) -> tuple[Usage, dict[str, float]]:
        """One run of peers.py: what it cost and what it says."""
        scratch = self.temp / "peer"
        command = [sys.executable, str(HERE / "peers.py"), name, str(records), *more]
        try:
            used = run([*command, "--out", str(scratch)], env=self._env(), timeout=self.timeout)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
        return used, json.loads(used.output)

    def size(self, observations: int, peers: Sequence[str]) -> list[Run]:
        """Everything at one size: sameas, the floor, the peers."""
        records = self.city(observations)
        ours = min((self.resolve(records) for _ in range(self.repeat)), key=lambda used: used.cpu)
        tables = ["--tables", str(self.temp / "out")]
        said = min(
            (self.peer("floor", records, *tables)[1] for _ in range(self.repeat)),
            key=lambda facts: facts["cpu"],
        )
        shutil.rmtree(self.temp / "out", ignore_errors=True)
        identifiers = int(said["identifiers"]) or None

        def line(who: str, used: Usage, found: float) -> Run:
            ratio = used.cpu / said["cpu"] if said["cpu"] else None
            each = used.peak / identifiers if identifiers else None
            return Run(observations, who, used.cpu, used.wall, used.peak, ratio, each, int(found))

        runs = [
            Run(observations, "floor", said["cpu"], said["wall"], to_floor=1.0),
            line("sameas resolve", ours, said["profiles"]),
        ]
        for name in peers:
            try:
                used, facts = self.peer(name, records)
                runs.append(line(name, used, facts["components"]))
            except ProcessError as failure:
                runs.append(Run(observations, name, failed=str(failure)))
        return runs

    def warm_up(self) -> list[Run]:
        """A small city twice: with nothing compiled, then with everything."""
        size = int(SMALL * PER_PERSON)
        records = self.city(size)
        runs = []
        for who in ("sameas resolve, cold", "sameas resolve, warm"):
            used = self.resolve(records)
            runs.append(Run(size, who, used.cpu, used.wall, used.peak))
        return runs

    def _env(self) -> dict[str, str]:
        return {} if self.compiled is None else {"NUMBA_CACHE_DIR": str(self.compiled)}


def parse_size(text: str) -> int:
    """Read a count with a unit.

    Raises:
        ValueError: if the text is no positive count.

    >>> parse_size("20M"), parse_size("500k"), parse_size("1_000")
    (20000000, 500000, 1000)
    """
    found = re.fullmatch(r"(\d[\d_]*(?:\.\d+)?)\s*([kM]?)", text.strip())
    size = float(found[1]) * {"": 1, "k": 1e3, "M": 1e6}[found[2]] if found else 0
    if not 1 <= size <= 200e6:
        raise ValueError(f"{text!r} is no size: a number up to 200M, such as 20M or 500k")
    return round(size)


def fixed(value: float | None, digits: int) -> str:
    """The value with so many digits behind the point; nothing for None."""
    return "" if value is None else f"{value:,.{digits}f}"


def versions(packages: Sequence[str] = PACKAGES) -> dict[str, str]:
    """What is installed of these, and Python."""
    found = {"python": platform.python_version()}
    for name in packages:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", "--observations", default="1M,5M,20M", help="comma-separated")
    parser.add_argument("--peers", default=",".join(PEERS), help="comma-separated; '' for none")
    parser.add_argument(
        "--networkx-limit", default="2M", help="largest size that networkx is given"
    )
    parser.add_argument("--raw", action="store_true", help="messy emails and telephone numbers")
    parser.add_argument("--names", type=int, choices=(0, 1), default=0, help="1: person names")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--repeat", type=int, default=1, help="runs of sameas and floor, least counts"
    )
    parser.add_argument("--no-cold", action="store_true", help="leave out the run that compiles")
    parser.add_argument("--timeout", type=float, default=3600.0, help="seconds for one process")
    parser.add_argument("--temp", type=Path, help="where files go meanwhile (20 GB at 100M)")
    parser.add_argument("--json", action="store_true", help="for machines")
    return parser


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = _parser()
    told = parser.parse_args(arguments)
    peers = [name for name in told.peers.split(",") if name]
    if unknown := [name for name in peers if name not in PEERS]:
        parser.error(f"--peers {', '.join(unknown)}: there are {', '.join(PEERS)}")
    try:
        sizes = [parse_size(text) for text in told.sizes.split(",")]
        limit = parse_size(told.networkx_limit)
    except ValueError as error:
        parser.error(str(error))
    missing = [
        NEEDS[name] for name in (*peers, "floor") if not importlib.util.find_spec(NEEDS[name])
    ]
    if missing:
        sys.exit(str(MissingExtraError(", ".join(missing), "bench")))
    runs: list[Run] = []
    with tempfile.TemporaryDirectory(prefix="sameas-bench-", dir=told.temp) as temp:
        bench = Bench(
            Path(temp),
            told.seed,
            told.raw,
            bool(told.names),
            told.timeout,
            max(1, told.repeat),
            None if told.no_cold else Path(temp) / "compiled",
        )
        try:
            if not told.no_cold:
                runs += bench.warm_up()
            for size in sizes:
                alive = [name for name in peers if name != "networkx" or size <= limit]
                runs += bench.size(size, alive)
                if not told.json:
                    print(f"{size:,} done", file=sys.stderr)
        except (ProcessError, SameasError) as failure:
            sys.exit(str(failure))
    machine = {"system": platform.platform(), "cores": os.cpu_count()}
    if told.json:
        result = {"versions": versions(), "machine": machine, "runs": [asdict(r) for r in runs]}
        print(json.dumps(result, indent=2))
        return
    show([one.row() for one in runs])
    print(", ".join(f"{name} {number}" for name, number in versions().items()))
    print(f"{machine['system']}, {machine['cores']} cores; seed {told.seed}")


if __name__ == "__main__":
    main()

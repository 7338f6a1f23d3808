"""What sameas is measured beside, each run as a process of its own.

- `floor`: read the same input, write the tables that sameas wrote. Nothing that does the same job
  from and to the same files can cost less. Reading those tables back is not charged: they are in
  memory before the clock starts, or, where that does not fit, read once more and subtracted.
- `scipy`, `networkx`, `duckdb`: plain connected components of records and identifiers, the least
  that the word "graph-based" can mean, read from the same file, one label a record written. They
  know no shared or contested identifiers, no limits, no ids that last.

    python benchmarks/peers.py scipy records.parquet --out DIR
    python benchmarks/peers.py floor records.parquet --tables OUT --out DIR
"""

from __future__ import annotations

import argparse
import importlib
import json
import resource
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sameas.errors import MissingExtraError, SameasError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import pyarrow as pa

__all__ = ["PEERS", "duckdb_labels", "floor", "networkx_labels", "scipy_labels"]

IDENTIFIERS = ("user_id", "email", "phone", "device_id", "cookie")


def optional(name: str) -> Any:
    """Import a module of the `bench` extra.

    Raises:
        MissingExtraError: if it is not installed.
    """
    try:
        return importlib.import_module(name)
    except ImportError:
        raise MissingExtraError(name.partition(".")[0], "bench") from None


def scipy_labels(records: Path, out: Path) -> int:
    """Factorise with Polars, label with `scipy.sparse.csgraph`. Returns the components."""
    sparse, csgraph = optional("scipy.sparse"), optional("scipy.sparse.csgraph")
    import numpy as np
    import polars as pl

    table = pl.read_parquet(records, columns=list(IDENTIFIERS))
    count, offset = table.height, table.height
    rows, nodes = [], []
    for kind in IDENTIFIERS:
        code = table.drop_in_place(kind).rank("dense")
        rows.append(np.flatnonzero(code.is_not_null().to_numpy()).astype(np.int32))
        nodes.append((code.drop_nulls().to_numpy().astype(np.int64) - 1 + offset).astype(np.int32))
        offset += int(nodes[-1].max(initial=offset - 1)) + 1 - offset
    row, node = np.concatenate(rows), np.concatenate(nodes)
    del rows, nodes
    graph = sparse.coo_array((np.ones(len(row), np.int8), (row, node)), shape=(offset, offset))
    components, label = csgraph.connected_components(graph.tocsr(), directed=False)
    pl.DataFrame({"component": label[:count]}).write_parquet(out / "labels.parquet")
    return int(components)


def networkx_labels(records: Path, out: Path) -> int:
    """One Python object a node. Returns the number of components."""
    import networkx as nx
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pq.read_table(records, columns=list(IDENTIFIERS))
    graph: nx.Graph[object] = nx.Graph()
    graph.add_nodes_from(range(table.num_rows))
    for kind in IDENTIFIERS:
        values = enumerate(table[kind].to_pylist())
        graph.add_edges_from((row, (kind, value)) for row, value in values if value is not None)
    label, components = [0] * table.num_rows, 0
    for components, members in enumerate(nx.connected_components(graph), start=1):
        for member in members:
            if isinstance(member, int):
                label[member] = components
    pq.write_table(pa.table({"component": label}), out / "labels.parquet")
    return components


def duckdb_labels(records: Path, out: Path) -> int:
    """Hook every label to the least that it meets, jump to the roots, drop what is settled, again.

    Values are compared by DuckDB's 64-bit hash, which is to its favour. Returns the components.
    """
    duckdb = optional("duckdb")
    path = _quoted(records)
    link = " union all ".join(
        f"select file_row_number l, hash('{kind}', {kind}) i "
        f"from read_parquet('{path}', file_row_number = true) where {kind} is not null"
        for kind in IDENTIFIERS
    )
    with duckdb.connect() as db:

        def ask(sql: str) -> Any:
            return db.execute(sql).fetchall()

        def table(name: str, sql: str) -> int:
            ask(f"create or replace temp table fresh as {sql}")
            ask(f"drop table if exists {name}")
            ask(f"alter table fresh rename to {name}")
            return int(ask(f"select count(*) from {name}")[0][0])

        ask(f"set temp_directory = '{_quoted(out / 'spill')}'")
        ask("set preserve_insertion_order = false")
        rows = f"read_parquet('{path}', file_row_number = true)"
        table("label", f"select file_row_number r, file_row_number l from {rows}")
        table("link", link)
        while True:
            table("least", "select i, min(l) m from link group by i having min(l) < max(l)")
            hooks = "select l, min(m) m from link join least using (i) group by l having min(m) < l"
            if not table("hook", hooks):
                break
            while ask("select count(*) from hook a join hook b on a.m = b.l")[0][0]:
                jumps = "select a.l, coalesce(b.m, a.m) m from hook a left join hook b on a.m = b.l"
                table("hook", jumps)
            table("label", "select r, coalesce(m, l) l from label left join hook using (l)")
            roots = "select distinct coalesce(m, l) l, i from link semi join least using (i)"
            table("link", f"{roots} left join hook using (l)")
        ask(f"copy (select * from label order by r) to '{_quoted(out / 'labels.parquet')}'")
        return int(ask("select count(distinct l) from label")[0][0])


def floor(records: Path, tables: Path, out: Path) -> dict[str, float | int | bool]:
    """Read `records`, write what `tables` holds into `out`; CPU and wall seconds of only that."""
    psutil = optional("psutil")
    import pyarrow.parquet as pq

    paths = sorted(tables.rglob("*.parquet"))
    facts = [pq.ParquetFile(path).metadata for path in paths]
    groups = [meta.row_group(place) for meta in facts for place in range(meta.num_row_groups)]
    size = sum(group.total_byte_size for group in groups)
    # Decoded tables take up to thrice their encoded size.
    fits = 3 * size < psutil.virtual_memory().available / 2
    held = {path: list(_groups(path)) for path in paths} if fits else None
    unread = _clock(lambda: [None for path in paths for _ in _groups(path)]) if not fits else None

    def work() -> None:
        for _ in _groups(records):
            pass
        for place, (path, meta) in enumerate(zip(paths, facts, strict=True)):
            stream = iter(held[path]) if held is not None else _groups(path)
            _write(stream, path, meta, out / f"{place}.parquet")

    cpu, wall = _clock(work)
    if unread:
        cpu, wall = max(0.0, cpu - unread[0]), max(0.0, wall - unread[1])
    rows = {path.name: meta.num_rows for path, meta in zip(paths, facts, strict=True)}
    return {
        "cpu": cpu,
        "wall": wall,
        "in_memory": fits,
        "identifiers": rows.get("identifiers.parquet", 0),
        "profiles": rows.get("profiles.parquet", 0),
        "records": pq.ParquetFile(records).metadata.num_rows,
    }


PEERS: dict[str, Callable[[Path, Path], int]] = {
    "scipy": scipy_labels,
    "networkx": networkx_labels,
    "duckdb": duckdb_labels,
}


def _groups(path: Path) -> Iterator[pa.Table]:
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        for place in range(file.num_row_groups):
            yield file.read_row_group(place)


def _write(stream: Iterator[pa.Table], path: Path, meta: Any, out: Path) -> None:
    """Write the tables as `path` was written: same row groups, compression and dictionaries."""
    import pyarrow.parquet as pq

    first = meta.row_group(0) if meta.num_row_groups else None
    columns = [first.column(place) for place in range(first.num_columns)] if first else []
    coded = [c.path_in_schema for c in columns if c.dictionary_page_offset is not None]
    compression = columns[0].compression.lower() if columns else "none"
    with pq.ParquetWriter(
        out,
        pq.read_schema(path),
        use_dictionary=coded,
        compression={"uncompressed": "none"}.get(compression, compression),
    ) as writer:
        for table in stream:
            writer.write_table(table, row_group_size=max(1, table.num_rows))


def _clock(work: Callable[[], object]) -> tuple[float, float]:
    def now() -> tuple[float, float]:
        used = resource.getrusage(resource.RUSAGE_SELF)
        return used.ru_utime + used.ru_stime, time.perf_counter()

    cpu, wall = now()
    work()
    after = now()
    return after[0] - cpu, after[1] - wall


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line: one JSON object on standard output."""
    parser = argparse.ArgumentParser(description="One peer of benchmarks/batch.py, or the floor.")
    parser.add_argument("peer", choices=["floor", *PEERS])
    parser.add_argument("records", type=Path, help="records.parquet of benchmarks/city.py")
    parser.add_argument("--tables", type=Path, help="floor: the output of sameas resolve")
    parser.add_argument("--out", type=Path, required=True, help="folder to write into")
    told = parser.parse_args(arguments)
    told.out.mkdir(parents=True, exist_ok=True)
    try:
        if told.peer != "floor":
            print(json.dumps({"components": PEERS[told.peer](told.records, told.out)}))
        elif told.tables is None:
            parser.error("floor needs --tables, the output of sameas resolve")
        else:
            print(json.dumps(floor(told.records, told.tables, told.out)))
    except SameasError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()

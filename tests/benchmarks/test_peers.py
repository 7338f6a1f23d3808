from __future__ import annotations

import json
from typing import TYPE_CHECKING

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from benchmarks import city, peers
from benchmarks.percolation import plain_components

from sameas.errors import MissingExtraError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("city")
    city.write(city.City(400, seed=2), folder)
    return folder / city.RECORDS


def test_the_peers_read_the_identifiers_of_the_city() -> None:
    assert peers.IDENTIFIERS == city.IDENTIFIERS


@pytest.mark.parametrize(
    ("name", "needs"), [("scipy", "scipy"), ("networkx", "networkx"), ("duckdb", "duckdb")]
)
def test_every_peer_finds_the_plain_components(
    records: Path, tmp_path: Path, name: str, needs: str
) -> None:
    pytest.importorskip(needs, reason="pip install 'sameas[bench]'")
    label = plain_components(pl.read_parquet(records))
    assert peers.PEERS[name](records, tmp_path) == len(set(label.tolist()))
    written = pl.read_parquet(tmp_path / "labels.parquet")
    found = written[written.columns[-1]]
    pairs = pl.DataFrame({"ours": label, "theirs": found}).unique()
    assert pairs.height == pairs["ours"].n_unique() == pairs["theirs"].n_unique()


def test_a_missing_extra_is_named() -> None:
    with pytest.raises(MissingExtraError, match=r"pip install 'sameas\[bench\]'"):
        peers.optional("no_such_module_as_this")


def test_the_floor_writes_the_tables_again(records: Path, tmp_path: Path) -> None:
    pytest.importorskip("psutil", reason="pip install 'sameas[bench]'")
    tables, out = tmp_path / "tables", tmp_path / "out"
    tables.mkdir()
    out.mkdir()
    table = pa.table({"type": ["email"] * 1000, "value": [str(n) for n in range(1000)]})
    pq.write_table(table, tables / "identifiers.parquet", row_group_size=300, compression="zstd")
    said = peers.floor(records, tables, out)
    assert (said["identifiers"], said["profiles"], said["records"]) == (1000, 0, 1600)
    assert said["cpu"] > 0
    assert said["in_memory"]
    again = pq.ParquetFile(out / "0.parquet")
    assert again.read().equals(table)
    assert again.metadata.num_row_groups == 4
    assert again.metadata.row_group(0).column(1).compression == "ZSTD"


def test_the_floor_needs_tables(
    records: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        peers.main(["floor", str(records), "--out", str(tmp_path)])
    assert "floor needs --tables" in capsys.readouterr().err


def test_the_command_line_prints_one_json_object(
    records: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    peers.main(["networkx", str(records), "--out", str(tmp_path)])
    assert json.loads(capsys.readouterr().out)["components"] > 1

"""Files as people have them, through the whole of `resolve`."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest

from sameas.engine.batch import resolve, resolve_files
from sameas.errors import InputError

ROWS = "id{d}email{d}имя\n1{d}ann@shop.example{d}Анна\n2{d}Ann@Shop.example{d}Аня\n"
NESTED = b"".join(
    b'{"id": %d, "c": {"email": "%s@shop.example"}}\n' % (number, name)
    for number, name in ((1, b"ann"), (2, b"Ann"))
)
ZSTD = pa.Codec("zstd")
SETS = sorted(Path(os.environ.get("SAMEAS_DATA", os.devnull)).glob("*/records.parquet"))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("comma.csv", ROWS.format(d=",").encode()),
        ("semicolon.csv", ROWS.format(d=";").encode()),
        ("tab.tsv", ROWS.format(d="\t").encode()),
        ("pipe.txt", ROWS.format(d="|").encode()),
        ("mark.csv", ROWS.format(d=",").encode("utf-8-sig")),
        ("windows.csv", ROWS.format(d=";").encode("cp1251")),
        ("utf16.csv", ROWS.format(d=",").encode("utf-16")),
        ("crlf.csv", ROWS.format(d=",").replace("\n", "\r\n").encode()),
        ("packed.csv.gz", gzip.compress(ROWS.format(d=",").encode(), mtime=0)),
        ("packed.csv.zst", ZSTD.compress(ROWS.format(d=",").encode(), asbytes=True)),
        ("lines.jsonl", NESTED),
    ],
)
def test_one_person_in_two_rows_is_found_in_any_spelling_of_a_file(
    tmp_path: Path, name: str, content: bytes
) -> None:
    """Delimiter, encoding, line end and compression are found out."""
    (tmp_path / name).write_bytes(content)
    counts = resolve_files([tmp_path / name], tmp_path / "out").manifest["counts"]
    assert (counts["records"], counts["profiles"], counts["rejected"]) == (2, 1, 0)


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("empty.csv", b"", "is empty"),
        ("head.csv", b"id,email\n", "no rows but a header"),
        ("book.xlsx", b"PK\x03\x04aaaa", "Excel"),
        ("broken.parquet", b"PAR1 nope", "cannot be read"),
        ("noise.csv", bytes(range(256)) * 20, "no text"),
    ],
)
def test_a_file_without_rows_to_read_is_refused_and_nothing_is_written(
    tmp_path: Path, name: str, content: bytes, what: str
) -> None:
    """The message names the file and what is wrong with it."""
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=what) as caught:
        resolve_files([tmp_path / name], tmp_path / "out")
    assert name in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_bad_rows_are_kept_with_file_line_and_reason(tmp_path: Path) -> None:
    """They are counted and never stop a run."""
    path = tmp_path / "ragged.csv"
    path.write_text("id,email,name\n1,a@x.com,Ann\n2,a@x.com\n3,b@x.com,Bob,extra\n4,c@x.com,Cy\n")
    result = resolve_files([path], tmp_path / "out")
    assert result.manifest["counts"]["records"] == 2
    rejected = pl.read_parquet(tmp_path / "out" / "rejected.parquet")
    assert rejected.select("file", "line").rows() == [("ragged.csv", 3), ("ragged.csv", 4)]


def test_files_with_different_columns_meet_in_one_graph(tmp_path: Path) -> None:
    """A `source` column wins over the name of the file."""
    (tmp_path / "crm.csv").write_text("source,record_id,email\nshop,1,a@x.com\n,2,b@x.com\n")
    (tmp_path / "web.csv").write_text("anonymous_id,email\nc1,a@x.com\n")
    resolve_files([tmp_path / "crm.csv", tmp_path / "web.csv"], tmp_path / "out")
    records = pl.read_parquet(tmp_path / "out" / "records.parquet")
    assert set(records["source"].cast(pl.String)) == {"shop", "crm", "web"}
    assert records["profile_id"].n_unique() == 2


def test_without_an_identifier_column_every_record_is_its_own_with_a_warning(
    tmp_path: Path,
) -> None:
    """All equal or not: nothing says that two rows are one person."""
    (tmp_path / "t.csv").write_text("colour,size\nred,1\nblue,2\nred,1\n")
    manifest = resolve_files([tmp_path / "t.csv"], tmp_path / "out").manifest
    assert manifest["counts"]["profiles"] == 3
    assert any("no identifier column" in warning for warning in manifest["warnings"])


def test_names_that_are_code_do_no_harm_in_the_report(tmp_path: Path) -> None:
    """The report shows data and obeys none of it."""
    row = {"id": 1, "email": "a@x.com", "name": "</script><script>alert(1)</script>"}
    lines = [row, {**row, "id": 2, "name": "=cmd()"}]
    (tmp_path / "t.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    resolve_files([tmp_path / "t.jsonl"], tmp_path / "out")
    assert "<script>alert" not in (tmp_path / "out" / "report.html").read_text("utf-8")


def test_as_many_names_as_tables_are_needed() -> None:
    """Paths are named by their files."""
    table = pl.DataFrame({"id": ["1"], "email": ["a@x.com"]})
    with pytest.raises(InputError, match="1 for 2 tables"):
        resolve(table, table, names=["crm"])


@pytest.mark.parametrize("key", [b"", b"x" * 15, b"x" * 65])
def test_a_key_of_the_wrong_length_is_refused(key: bytes) -> None:
    """Too short to be secret, or too long to be used."""
    table = pl.DataFrame({"id": ["1"], "email": ["a@x.com"]})
    with pytest.raises(InputError, match=f"is {len(key)} bytes long"):
        resolve(table, id_key=key)


if SETS:  # with SAMEAS_DATA: labelled sets are no part of the project

    @pytest.mark.parametrize("path", SETS, ids=lambda path: path.parent.name)
    def test_every_known_set_goes_through_without_a_policy(path: Path, tmp_path: Path) -> None:
        """Each row ends in a record or among the rejected."""
        result = resolve_files([path], tmp_path / "out")
        records = pl.read_parquet(tmp_path / "out" / "records.parquet")
        assert records["count"].sum() == pl.scan_parquet(path).select(pl.len()).collect().item()
        assert records["profile_id"].n_unique() == result.manifest["counts"]["profiles"]

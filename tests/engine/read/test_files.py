"""Files of every writing give the same batches, and every fault is said at once."""

# ruff: noqa: PD011, RUF001  (`values` is a field; Turkish letters are the point)

from __future__ import annotations

import bz2
import datetime as dt
import gzip
import json
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from pyarrow import parquet

from sameas.engine.policy import Policy, default
from sameas.engine.read import InputFile, RawBatch, from_table, inspect
from sameas.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

POLICY = default()
DAY = 1_704_067_200_000_000
CSV = (
    "record_id,email,first_name,updated_at\n"
    "1,ann@example.com,Ann,2024-01-01\n"
    "2,bob@example.com,Bob,2024-01-01\n"
)


def one(folder: Path, name: str, data: str | bytes, policy: Policy = POLICY) -> InputFile:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return inspect([path], policy, now=0)[0]


def whole(file: InputFile) -> RawBatch:
    (batch,) = file.batches()
    return batch


def emails(batch: RawBatch) -> list[str | None]:
    (column,) = (c for c in batch.identifiers if c.type == "email")
    return list(column.values.to_pylist())


def check_ann_and_bob(batch: RawBatch, source: str) -> None:
    assert batch.source.to_pylist() == [source, source]
    assert batch.record_id is not None
    assert batch.record_id.to_pylist() == ["1", "2"]
    assert batch.event_time is not None
    assert batch.event_time.to_pylist() == [DAY, DAY]
    assert emails(batch) == ["ann@example.com", "bob@example.com"]
    assert batch.traits["first_name"].to_pylist() == ["Ann", "Bob"]
    assert not batch.rejected


@pytest.mark.parametrize(
    ("name", "pack"),
    [
        ("crm.csv", bytes),
        ("crm.csv.gz", gzip.compress),
        ("crm.csv.bz2", bz2.compress),
        ("crm.csv.zst", lambda data: pa.compress(data, "zstd", asbytes=True)),
        ("crm.tsv", lambda data: data.replace(b",", b"\t")),
        ("crm.txt", lambda data: data.replace(b",", b";")),
        ("crm.psv", lambda data: data.replace(b",", b"|")),
        ("crm.CSV", lambda data: b"\xef\xbb\xbf" + data),
        ("crm.csv", lambda data: data.decode().encode("utf-16")),
        ("crm.csv", lambda data: data.decode().encode("utf-16-le")),
        ("crm.csv", lambda data: data.replace(b"\n", b"\r\n")),
        ("crm.csv", lambda data: data.replace(b"\n", b"\r")),
        ("crm.csv", lambda data: data.rstrip()),
        ("crm.csv", lambda data: b"sep=,\r\n" + data),
    ],
)
def test_csv_of_every_dress_reads_alike(tmp_path: Path, name: str, pack: object) -> None:
    assert callable(pack)
    file = one(tmp_path, name, pack(CSV.encode()))
    assert file.format == "csv"
    check_ann_and_bob(whole(file), "crm")


def test_json_lines_read_alike(tmp_path: Path) -> None:
    keys, *rows = (line.split(",") for line in CSV.splitlines())
    text = "\n".join(json.dumps(dict(zip(keys, row, strict=True))) for row in rows)
    file = one(tmp_path, "crm.jsonl", text)
    assert file.format == "jsonl"
    check_ann_and_bob(whole(file), "crm")


def frame() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "record_id": [1, 2],
            "email": ["ann@example.com", "bob@example.com"],
            "first_name": pl.Series(["Ann", "Bob"], dtype=pl.Categorical),
            "updated_at": [dt.date(2024, 1, 1)] * 2,
        }
    )


def test_parquet_reads_alike_and_knows_its_rows(tmp_path: Path) -> None:
    frame().write_parquet(tmp_path / "crm.parquet")
    (file,) = inspect([tmp_path / "crm.parquet"], POLICY, now=0)
    assert file.rows == 2
    check_ann_and_bob(whole(file), "crm")


@pytest.mark.parametrize(
    "convert", [pl.DataFrame.to_arrow, pl.DataFrame.to_dicts, lambda table: table]
)
def test_tables_in_memory_read_alike(convert: object) -> None:
    assert callable(convert)
    table = convert(frame())
    table = pd.DataFrame(table) if isinstance(table, list) else table
    check_ann_and_bob(whole(from_table(table, "crm", POLICY, now=0)), "crm")


def test_what_is_no_table_is_refused() -> None:
    with pytest.raises(InputError, match="is no table"):
        from_table(7, "x", POLICY, now=0)


def test_any_batch_size_gives_the_same_rows(tmp_path: Path) -> None:
    rows = "".join(f'{i},"a\n{i}"\n' for i in range(5_000))
    file = one(tmp_path, "a.csv", "id,note\n" + rows)
    together = [line for batch in file.batches() for line in batch.lines.tolist()]
    apart = [line for batch in file.batches(size=7) for line in batch.lines.tolist()]
    assert together == apart == list(range(2, 10_002, 2))
    assert max(len(batch) for batch in file.batches(size=7)) == 7


def test_a_batch_has_no_offsets_and_equal_lengths(tmp_path: Path) -> None:
    file = one(tmp_path, "a.csv", CSV)
    *_, batch = file.batches(size=1)
    arrays = [batch.source, batch.record_id, batch.event_time, *batch.traits.values()]
    assert {len(a) for a in arrays if a is not None} == {1}
    assert {a.offset for a in arrays if a is not None} == {0}


def test_a_size_below_one_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least one row"):
        list(one(tmp_path, "a.csv", CSV).batches(size=0))


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("cp1252", "Jürgen Groß, Céline Façade, Núñez Peña"),
        ("cp1251", "Олександр Шевченко, Наталія Ковальчук, Сергій Бондаренко"),
        ("cp1254", "Ayşe Yılmaz, Çağrı Öztürk, Işıl Güneş, İbrahim Şahin, Doğan Kılıç"),
        ("gb18030", "王小明 李雷 韩梅梅 张伟 刘洋 陈静 杨光 赵敏"),
    ],
)
def test_a_legacy_encoding_is_recognised(tmp_path: Path, encoding: str, name: str) -> None:
    text = "id;full_name\n" + "".join(f"{i};{name}\n" for i in range(20))
    file = one(tmp_path, "a.csv", text.encode(encoding))
    assert whole(file).traits["full_name"].to_pylist() == [name] * 20


def test_ragged_rows_are_left_out_and_reported_with_their_line(tmp_path: Path) -> None:
    text = 'id,name\n1,"a\nb"\n2\n3,c,d\n4,e\n'
    batch = whole(one(tmp_path, "a.csv", text))
    assert batch.lines.tolist() == [2, 6]
    assert [(b.line, b.value) for b in batch.rejected] == [(4, "2"), (5, "3,c,d")]
    assert "1 fields where the header has 2" in batch.rejected[0].reason


def test_empty_fields_past_the_last_column_do_no_harm(tmp_path: Path) -> None:
    batch = whole(one(tmp_path, "a.csv", 'id,name\n1,a\n2,"b, c",,\n3,d,"",\n'))
    assert batch.traits["full_name"].to_pylist() == ["a", "b, c", "d"]
    assert not batch.rejected


def test_an_open_quote_costs_one_line(tmp_path: Path) -> None:
    batches = list(one(tmp_path, "a.csv", 'id,name\n1,a\n2,"b\n3,c\n').batches())
    assert [line for b in batches for line in b.lines.tolist()] == [2, 4]
    assert [bad.line for b in batches for bad in b.rejected] == [3]


def test_rows_with_zero_or_broken_bytes_are_used_and_reported(tmp_path: Path) -> None:
    good = "".join(f"{i},Jürgen Müller\n" for i in range(50)).encode()
    batch = whole(one(tmp_path, "a.csv", b"id,name\n" + good + b"x,a\0b\ny,a\xffb\n"))
    assert batch.traits["full_name"].to_pylist()[50:] == ["ab", "a\ufffdb"]
    assert [bad.line for bad in batch.rejected] == [52, 53]


def test_broken_bytes_of_utf16_are_reported(tmp_path: Path) -> None:
    data = "id,name\n1,a\n".encode("utf-16") + b"2\0,\0\x00\xd8\n\0"
    batch = whole(one(tmp_path, "a.csv", data))
    assert [bad.line for bad in batch.rejected] == [3]


def test_blank_rows_are_no_rows(tmp_path: Path) -> None:
    batch = whole(one(tmp_path, "a.csv", "id,name\n1,a\n,\n\n  ,  \n2,b\n"))
    assert batch.lines.tolist() == [2, 6]
    assert not batch.rejected


def test_formulas_and_markup_pass_untouched(tmp_path: Path) -> None:
    batch = whole(one(tmp_path, "a.csv", "id,note\n1,=1+1\n2,<b>x</b>\n"))
    assert batch.traits["note"].to_pylist() == ["=1+1", "<b>x</b>"]


def test_duplicate_and_empty_names_are_told_apart(tmp_path: Path) -> None:
    file = one(tmp_path, "a.csv", "id,id,,x,x_2,x\n1,2,3,4,5,6\n")
    names = [role.column for role in file.mapping]
    assert names == ["id", "id_2", "column_3", "x", "x_2", "x_3"]


def test_a_file_without_a_header_gets_numbered_columns(tmp_path: Path) -> None:
    file = one(tmp_path, "a.csv", "7,ann@example.com\n8,bob@example.com\n")
    assert not file.header
    assert emails(whole(file)) == ["ann@example.com", "bob@example.com"]


def test_one_column_is_enough(tmp_path: Path) -> None:
    assert emails(whole(one(tmp_path, "a.csv", "email\nann@example.com\n"))) == ["ann@example.com"]


def test_a_source_is_read_alike_as_text_and_as_a_dictionary(tmp_path: Path) -> None:
    """Parquet keeps a column of few words as a dictionary, and it is read as one."""
    names = ["crm", " web", None, "", "crm"] * 40
    table = pa.table({"source": names, "id": [str(i) for i in range(200)]})
    parquet.write_table(table, tmp_path / "few.parquet")
    parquet.write_table(table, tmp_path / "text.parquet", use_dictionary=False)
    for name in ("few", "text"):
        (file,) = inspect([tmp_path / f"{name}.parquet"], POLICY, now=0)
        assert whole(file).source.to_pylist() == ["crm", "web", name, name, "crm"] * 40


def test_a_source_column_wins_over_the_files_name(tmp_path: Path) -> None:
    batch = whole(one(tmp_path, "a.csv", "source,id\ncrm,1\n,2\n"))
    assert batch.source.to_pylist() == ["crm", "a"]


def test_an_ignored_column_is_not_read(tmp_path: Path) -> None:
    batch = whole(one(tmp_path, "a.csv", CSV, Policy(columns={"email": "ignore"})))
    assert not batch.identifiers
    assert "email" not in batch.traits


def test_an_unreadable_time_is_kept_with_its_line_and_the_row_is_used(tmp_path: Path) -> None:
    batch = whole(one(tmp_path, "a.csv", "id,updated_at\n1,2024-01-01\n2,soon\n"))
    assert len(batch) == 2
    assert [(b.line, b.field, b.value) for b in batch.rejected] == [(3, "updated_at", "soon")]


def test_withdrawn_rows_are_marked(tmp_path: Path) -> None:
    text = "id,is_deleted\n1,true\n2,0\n3,\n4,yes\n5,maybe\n"
    policy = Policy(columns={"is_deleted": "withdrawn"})
    batch = whole(one(tmp_path, "a.csv", text, policy))
    assert batch.withdrawn is not None
    assert batch.withdrawn.tolist() == [True, False, False, True, False]
    assert [bad.value for bad in batch.rejected] == ["maybe"]


def test_nested_json_flattens_and_broken_lines_are_reported(tmp_path: Path) -> None:
    text = (
        '{"userId": 7.0, "context": {"traits": {"emails": ["a@example.com", "b@example.com"]}}}\n'
        "{broken\n\n[1]\n"
        '{"userId": NaN, "n": 1.5, "ok": true, "context": {"traits": {"emails": "c@example.com"}},'
        ' "x": "\\ud800\\u0000"}\n'
    )
    batch = whole(one(tmp_path, "a.jsonl", text))
    assert batch.lines.tolist() == [1, 5]
    by_type = {c.type: c for c in batch.identifiers}
    assert by_type["user_id"].values.to_pylist() == ["7", None]
    assert by_type["email"].values.to_pylist() == [
        "a@example.com",
        "b@example.com",
        "c@example.com",
    ]
    assert by_type["email"].rows is not None
    assert by_type["email"].rows.tolist() == [0, 0, 1]
    assert batch.traits["ok"].to_pylist() == [None, "true"]
    assert batch.traits["x"].to_pylist() == [None, "?"]
    assert [bad.line for bad in batch.rejected] == [2, 4]


def test_a_late_json_key_is_said_once_and_can_be_named_by_the_policy(tmp_path: Path) -> None:
    text = '{"id": "1"}\n' * 20_001 + '{"id": "2", "late": "x"}\n' * 2
    padded = text.replace('"1"', f'"1", "pad": "{"p" * 60}"')  # past the head that is looked at
    file = one(tmp_path, "a.jsonl", padded)
    bad = [b for batch in file.batches() for b in batch.rejected]
    assert [(b.line, b.field) for b in bad] == [(20_002, "late")]
    named = one(tmp_path, "a.jsonl", padded, Policy(columns={"late": "trait:late"}))
    *_, last = named.batches()
    assert last.traits["late"].to_pylist()[-1] == "x"


def test_parquet_of_any_types_reads_as_text(tmp_path: Path) -> None:
    table = pa.table(
        {
            "id": np.array([1.0, 2.0]),
            "emails": [["a@example.com"], ["b@example.com", "c@example.com"]],
            "person": [{"city": "Kyiv"}, None],
            "tags": [["x", "y"], []],
        }
    )
    parquet.write_table(table, tmp_path / "a.parquet", row_group_size=1)
    (file,) = inspect([tmp_path / "a.parquet"], POLICY, now=0)
    batches = list(file.batches(size=1))
    assert [b.lines.tolist() for b in batches] == [[1], [2]]
    assert [b.record_id.to_pylist() for b in batches if b.record_id is not None] == [["1"], ["2"]]
    assert batches[1].identifiers[0].values.to_pylist() == ["b@example.com", "c@example.com"]
    assert batches[0].traits["city"].to_pylist() == ["Kyiv"]
    assert batches[0].traits["tags"].to_pylist() == ["x; y"]


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.csv", b"", "is empty"),
        ("a.csv", b" \n\n", "is empty"),
        ("a.csv", b"id,name\n", "no rows but a header"),
        ("a.csv.gz", gzip.compress(b"", mtime=0), "is empty"),
        ("a.csv.gz", gzip.compress(CSV.encode() * 50, mtime=0)[:40], "cannot be read"),
        ("a.xlsx", b"PK\x03\x04........", "save the sheet as CSV"),
        ("a.parquet", b"id,email\n1,a@x.com\n", "is it complete?"),
        ("a.bin", bytes(range(1, 256)) * 50, "no known format"),
        ("a.json", b'[{"id": 1}]', "one JSON array"),
        ("a.json", b'{\n "id": 1\n}\n', "one object a line"),
        ("a.parquet", b"PAR1" + b"x" * 40, "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_a_remedy(
    tmp_path: Path, name: str, data: bytes, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        one(tmp_path, name, data)


def test_a_file_that_ends_early_is_said_while_reading(tmp_path: Path) -> None:
    rows = "".join(f"{i},{i * 7919 % 10_007}\n" for i in range(300_000))
    packed = gzip.compress(("id,x\n" + rows).encode(), compresslevel=1)
    file = one(tmp_path, "a.csv.gz", packed[: len(packed) * 9 // 10])
    with pytest.raises(InputError, match="is it complete"):
        for _ in file.batches():
            pass


def test_all_faults_of_all_files_are_raised_at_once(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_bytes(b"")
    (tmp_path / "good.csv").write_text(CSV)
    policy = Policy(file_columns={"good.csv": {"mail": "identifier:email"}})
    paths = [tmp_path, tmp_path / "none.csv", tmp_path / "empty.csv", tmp_path / "good.csv"]
    with pytest.raises(InputError) as caught:
        inspect(paths, policy, now=0)
    text = [str(fault) for fault in caught.value.faults]
    assert len(text) == 4
    assert "did you mean email" in text[3]


def test_a_column_of_the_common_table_may_be_in_any_file(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,x\n1,2\n")
    (tmp_path / "b.csv").write_text("id,y\n1,2\n")
    paths = [tmp_path / "a.csv", tmp_path / "b.csv"]
    assert len(inspect(paths, Policy(columns={"y": "trait:y"}), now=0)) == 2
    with pytest.raises(InputError, match="'z'"):
        inspect(paths, Policy(columns={"z": "trait:z"}), now=0)


def test_two_columns_of_a_role_that_one_may_have_are_refused(tmp_path: Path) -> None:
    policy = Policy(columns={"record_id": "record_id", "first_name": "record_id"})
    with pytest.raises(InputError, match="several columns the record_id"):
        one(tmp_path, "a.csv", CSV, policy)


def test_two_columns_of_one_trait_are_refused(tmp_path: Path) -> None:
    policy = Policy(columns={"email": "trait:x", "first_name": "trait:x"})
    with pytest.raises(InputError, match="one name, trait:x"):
        one(tmp_path, "a.csv", CSV, policy)


def test_a_file_whose_rows_all_misfit_says_the_first_one(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="line 2: no row can be read: 2 fields where"):
        one(tmp_path, "a.csv", "id,name,city\n1,a\n2,b\n")


def test_a_header_without_the_row_names_column_is_understood(tmp_path: Path) -> None:
    file = one(tmp_path, "a.csv", "id,name\n1,a,x\n2,b,y\n")
    assert [role.column for role in file.mapping] == ["column_1", "id", "name"]


def test_no_files_are_refused() -> None:
    with pytest.raises(InputError, match="at least one file"):
        inspect([], POLICY, now=0)


def test_reading_twice_gives_the_same(tmp_path: Path) -> None:
    file = one(tmp_path, "a.csv", CSV)
    assert emails(whole(file)) == emails(whole(file))


def test_five_thousand_columns_are_read(tmp_path: Path) -> None:
    names = ",".join(f"c{i}" for i in range(5_000))
    batch = whole(one(tmp_path, "a.csv", f"{names}\n{names}\n"))
    assert len(batch.traits) == 5_000

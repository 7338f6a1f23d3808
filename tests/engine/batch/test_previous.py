"""What an appended file finds of the messages that were heard before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from sameas.engine import policy as policies
from sameas.engine.batch import resolve, resolve_files

if TYPE_CHECKING:
    from pathlib import Path

    from sameas.engine.batch.result import Result

HEAD = "message_id,cookie,ts\n"


def sent(folder: Path, *rows: str, append: bool = False, previous: Path | None = None) -> Result:
    """Resolve events of the web into `out`."""
    path = folder / "web.csv"
    path.write_text(HEAD + "".join(f"{row}\n" for row in rows))
    return resolve_files([path], folder / "out", append=append, previous=previous, force=True)


def counts(result: Result) -> list[int]:
    return sorted(result.records["count"].to_list())


def test_a_message_that_comes_again_is_not_counted_and_its_neighbour_is(tmp_path: Path) -> None:
    """Which source and which id: both must be the same."""
    sent(tmp_path, "m1,c1,2024-01-01")
    sent(tmp_path, "m1,c1,2024-01-01", "m2,c1,2024-01-02", append=True)
    other = tmp_path / "app.csv"
    other.write_text(HEAD + "m1,c9,2024-01-03\n")
    result = resolve_files([other], tmp_path / "out", append=True)
    assert counts(result) == [1, 2]
    assert sorted(result.messages.select("source", "message_id").rows()) == [
        ("app", "m1"),
        ("web", "m1"),
        ("web", "m2"),
    ]


def test_messages_are_known_two_runs_later(tmp_path: Path) -> None:
    """A run without message ids hands on what was heard."""
    sent(tmp_path, "m1,c1,2024-01-01")
    sent(tmp_path, ",c2,2024-01-02", append=True)
    (tmp_path / "crm.csv").write_text("id,email,ts\n1,a@x.com,2024-01-02\n")
    resolve_files([tmp_path / "crm.csv"], tmp_path / "out", append=True)
    assert counts(sent(tmp_path, "m1,c1,2024-01-01", append=True)) == [1, 1, 1]


def test_a_message_heard_with_an_earlier_time_changes_nothing_and_is_warned_of(
    tmp_path: Path,
) -> None:
    """What an earlier run folded is not taken back, and the run says so."""
    first = sent(tmp_path, "m1,c1,2024-01-05", "m2,c2,2024-01-05").records.sort("record_id")
    result = sent(tmp_path, "m1,c3,2024-01-01", "m2,c2,2024-01-05", append=True)
    assert result.records.sort("record_id").equals(first)
    warned = [text for text in result.manifest["warnings"] if "message" in text]
    assert [text.partition(" of an")[0] for text in warned] == ["1 rows repeat a message"]
    later = sent(tmp_path, "m1,c3,2024-01-09", append=True)
    assert not any("message" in text for text in later.manifest["warnings"])


def test_a_full_set_hears_its_own_messages_only(tmp_path: Path) -> None:
    """With `--previous` the files are all that counts."""
    sent(tmp_path, "m1,c1,2024-01-01")
    result = sent(tmp_path, "m1,c1,2024-01-01", "m2,c1,2024-01-02", previous=tmp_path / "out")
    assert counts(result) == [2]
    assert sorted(result.messages["message_id"]) == ["m1", "m2"]


def test_without_message_ids_there_is_no_table_of_them(tmp_path: Path) -> None:
    """Nor is one needed to append."""
    result = sent(tmp_path, ",c1,2024-01-01")
    assert not (tmp_path / "out" / "messages.parquet").exists()
    assert (result.messages.shape, counts(result)) == ((0, 3), [1])
    assert counts(sent(tmp_path, ",c1,2024-01-01", append=True)) == [2]
    in_memory = resolve(pl.DataFrame({"email": ["a@x.com"]}))
    assert in_memory.messages.schema == sent(tmp_path, "m1,c1,2024-01-01").messages.schema


def test_messages_of_tables_in_memory_are_there() -> None:
    """As in a folder."""
    result = resolve(pl.DataFrame({"message_id": ["m1"], "email": ["a@x.com"]}), names=["web"])
    assert result.messages.select("source", "message_id").rows() == [("web", "m1")]


def test_identifiers_of_a_type_that_the_policy_has_no_more_are_kept_as_rejected(
    tmp_path: Path,
) -> None:
    """And link again when a later policy names the type: nothing was lost."""
    (tmp_path / "crm.csv").write_text("id,email,cookie\n1,a@x.com,c1\n2,b@x.com,c1\n")
    (tmp_path / "more.csv").write_text("id,email\n3,a@x.com\n")
    out = tmp_path / "out"

    def profiles(rank: str, *, append: bool) -> int:
        files = [tmp_path / ("more.csv" if append else "crm.csv")]
        policy = policies.loads(f"rank = {rank}")
        return len(resolve_files(files, out, append=append, policy=policy).profiles)

    assert profiles('["email", "cookie"]', append=False) == 1
    assert profiles('["email"]', append=True) == 2
    rejected = pl.read_parquet(out / "rejected.parquet").filter(pl.col("type") == "cookie")
    assert rejected["value"].to_list() == ["c1", "c1"]
    assert rejected["reason"].unique().to_list() == ["the policy has no such identifier type"]
    assert profiles('["email", "cookie"]', append=True) == 1

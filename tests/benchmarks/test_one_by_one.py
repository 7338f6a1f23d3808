from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from benchmarks.one_by_one import WARM_UP, events, measure
from benchmarks.processes import run, sameas
from tests.people import made

from sameas.engine.policy import default

if TYPE_CHECKING:
    from pathlib import Path


def test_every_row_of_a_file_is_sent_with_all_that_it_says(tmp_path: Path) -> None:
    records = made(50)[0]
    records.write_parquet(tmp_path / "people.parquet")
    sent = list(events(tmp_path / "people.parquet", default()))
    assert [one.record_id for one in sent] == records["record_id"].to_list()
    assert [one.source for one in sent] == records["source"].to_list()
    for one, row in zip(sent, records.to_dicts(), strict=True):
        assert dict(one.identifiers).get("email") == row["email"]
        assert one.traits.get("last_name") == row["last_name"]
        assert one.event_time is not None


def test_records_against_a_store_are_timed_and_find_who_is_there(tmp_path: Path) -> None:
    records = made(300 + WARM_UP)[0]
    records.head(200).write_parquet(tmp_path / "held.parquet")
    records.tail(200).write_parquet(tmp_path / "more.parquet")
    out, store = str(tmp_path / "out"), str(tmp_path / "people.db")
    run(sameas("resolve", str(tmp_path / "held.parquet"), "-o", out, "-q", "--no-match"))
    run(sameas("load", out, "--store", store))
    said = measure(tmp_path / "people.db", tmp_path / "more.parquet")
    assert said["records"] == 200 - WARM_UP
    assert said["cpu_ms"] > 0
    assert 0 < said["p50_ms"] <= said["p99_ms"]
    assert 0 < said["joined"] < 1
    assert said["pending"] == 0


def test_what_is_no_store_is_refused(tmp_path: Path) -> None:
    from benchmarks.one_by_one import main

    with pytest.raises(SystemExit, match=r"people\.db"):
        main([str(tmp_path / "no" / "people.db"), str(tmp_path / "none.parquet")])

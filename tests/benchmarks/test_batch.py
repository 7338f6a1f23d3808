from __future__ import annotations

import json
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest
from benchmarks.batch import Run, main, parse_size

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("text", ["", "0", "-1M", "3X", "M", "300M", "1e6"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no size"):
        parse_size(text)


@pytest.mark.parametrize(
    ("text", "size"), [("7", 7), ("500k", 500_000), ("2.5M", 2_500_000), (" 1 M ", 1_000_000)]
)
def test_sizes_have_units(text: str, size: int) -> None:
    assert parse_size(text) == size


def test_an_unknown_peer_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--peers", "scipy,oracle"])
    assert "--peers oracle: there are scipy, networkx, duckdb" in capsys.readouterr().err


def test_a_bad_size_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--sizes", "1M,big"])
    assert "'big' is no size" in capsys.readouterr().err


def test_missing_extras_name_the_command_that_installs_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(SystemExit, match=r"psutil.*pip install 'sameas\[bench\]'"):
        main(["--sizes", "1k"])


def test_a_failed_run_shows_why() -> None:
    assert Run(10, "duckdb", failed="exit 1: no disk").row()["failed"] == "exit 1: no disk"


@pytest.mark.skipif(find_spec("psutil") is None, reason="pip install 'sameas[bench]'")
def test_a_small_run_measures_sameas_its_floor_and_a_peer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["--sizes", "2k", "--peers", "networkx", "--no-cold", "--json", "--temp", str(tmp_path)])
    result = json.loads(capsys.readouterr().out)
    by_name = {run["who"]: run for run in result["runs"]}
    assert set(by_name) == {"floor", "sameas resolve", "networkx"}
    assert by_name["sameas resolve"]["cpu"] > 0
    assert by_name["sameas resolve"]["found"] >= by_name["networkx"]["found"] > 0
    assert result["versions"]["numpy"]
    assert list(tmp_path.iterdir()) == []

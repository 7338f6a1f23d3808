from __future__ import annotations

import json
from typing import TYPE_CHECKING

import polars as pl
import pytest

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    Sameas = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def truth(tmp_path: Path) -> Path:
    """Two people of two records each; the output in `out` splits one of them. F1 is 2/3."""
    out = tmp_path / "out"
    out.mkdir()
    pl.DataFrame(
        {
            "source": ["crm"] * 4,
            "record_id": ["1", "2", "3", "4"],
            "profile_id": ["p_a", "p_a", "p_b", "p_c"],
        }
    ).write_parquet(out / "records.parquet")
    path = tmp_path / "truth.csv"
    path.write_text("record_id,cluster_id\n1,x\n2,x\n3,y\n4,y\n")
    return path


def test_figures_are_printed(sameas: Sameas, truth: Path) -> None:
    done = sameas("evaluate", "out", "--truth", truth)
    assert (done.returncode, done.stderr) == (0, "")
    assert "0.6667" in done.stdout or "0.667" in done.stdout


def test_json_is_one_document(sameas: Sameas, truth: Path) -> None:
    done = sameas("evaluate", "out", "--truth", truth, "--json")
    assert done.returncode == 0
    assert isinstance(json.loads(done.stdout), dict)


def test_below_the_floor_is_exit_1_and_stdout_stays_json(sameas: Sameas, truth: Path) -> None:
    done = sameas("evaluate", "out", "--truth", truth, "--json", "--floor", "0.7")
    assert done.returncode == 1
    assert json.loads(done.stdout)
    assert done.stderr == "pairwise F1 0.6667 is below the floor 0.7\n"


def test_at_or_above_the_floor_is_exit_0(sameas: Sameas, truth: Path) -> None:
    assert sameas("evaluate", "out", "--truth", truth, "--floor", "0.66").returncode == 0


def test_a_floor_that_is_no_share_is_refused(sameas: Sameas, truth: Path) -> None:
    done = sameas("evaluate", "out", "--truth", truth, "--floor", "66")
    assert done.returncode == 2
    assert "--floor: 66.0 is no F1" in done.stderr


def test_a_missing_output_is_exit_2(sameas: Sameas, truth: Path) -> None:
    done = sameas("evaluate", "none", "--truth", truth)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr

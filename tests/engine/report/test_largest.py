"""The largest profiles as a run hands them over are those that its tables hold."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from tests.laws import runs

from sameas.engine import report
from sameas.engine.report.tables import Tables

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl


@pytest.mark.parametrize("size", [1, 5, 200])
@pytest.mark.parametrize("seed", range(3))
def test_what_is_handed_over_is_what_the_tables_hold(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, seed: int, size: int
) -> None:
    """Fewer profiles than are shown, and many of one size, of which the first ids count."""
    handed = []
    build = report.build_report

    def kept(out: Path, manifest: dict[str, Any], *, largest: dict[str, pl.DataFrame]) -> str:
        handed.append(largest)
        return build(out, manifest, largest=largest)

    monkeypatch.setattr(report, "build_report", kept)
    r = Random(seed)
    some = [runs.row(r) | ({"phone": None, "cookie": f"c{at}"}) for at in range(size)]
    result = runs.run_files([some], tmp_path, "out")
    found = Tables(result.folder, handed[0]).largest_profiles(report.TOP)
    assert found == Tables(result.folder).largest_profiles(report.TOP)
    assert len(found) == min(report.TOP, len(result))

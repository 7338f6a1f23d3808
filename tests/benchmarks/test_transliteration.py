from __future__ import annotations

import json
from typing import TYPE_CHECKING

import polars as pl
import pytest
from benchmarks.transliteration import main, measure

if TYPE_CHECKING:
    from pathlib import Path

PAIRS = pl.DataFrame(
    {
        "name_latin": ["shevchenko", "ivanov", "tolstaya"],
        "name_native": ["шевченко", "иванов", "толстая"],
    }
)


def test_names_meet_their_own_spelling_and_no_other(tmp_path: Path) -> None:
    PAIRS.write_parquet(tmp_path / "cyrillic.parquet")
    result = measure(tmp_path / "cyrillic.parquet", pairs=10)
    assert (result.name, result.pairs) == ("cyrillic", 3)
    assert result.equal[0] >= 2 / 3
    assert result.similar == (1.0, 0.0)


def test_the_command_line_prints_a_line_a_script(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    PAIRS.write_parquet(tmp_path / "cyrillic.parquet")
    main(["--data", str(tmp_path)])
    assert "cyrillic" in capsys.readouterr().out
    main(["--data", str(tmp_path), "--json"])
    assert json.loads(capsys.readouterr().out)[0]["pairs"] == 3


def test_a_folder_without_pairs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="no Parquet files"):
        main(["--data", str(tmp_path)])

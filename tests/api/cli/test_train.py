"""`sameas train` and `sameas model show`, and what `sameas resolve` says of matching."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from tests.engine.match.people import write

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    Sameas = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def trained(sameas: Sameas, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    """What training on invented people said; `people.csv` and `model.json` are there."""
    write(tmp_path)
    return sameas("train", "people.csv", "-o", "model.json", "--json")


def test_training_says_what_it_learned_from(
    trained: subprocess.CompletedProcess[str], sameas: Sameas, tmp_path: Path
) -> None:
    """The model is written; stdout is one document, stderr tells people where to look."""
    assert trained.returncode == 0, trained.stderr
    found = json.loads(trained.stdout)
    assert found["state"] == "learned"
    assert "sameas model show model.json" in trained.stderr
    again = sameas("train", "people.csv", "-o", "model.json")
    assert again.returncode == 2
    assert "--force replaces it" in again.stderr

    shown = sameas("model", "show", "model.json")
    assert shown.returncode == 0
    for word in ("given_name", "birth_date", "equal", "different", "█", "sound"):
        assert word in shown.stdout
    plain = json.loads(sameas("model", "show", "model.json", "--json").stdout)
    assert [one["name"] for one in plain["fields"]] == [one["name"] for one in found["fields"]]

    done = sameas("resolve", "people.csv", "-o", "out", "--model", "model.json")
    assert done.returncode == 0
    assert "by the model that was there" in done.stderr
    assert "duplicate free" in done.stderr
    shown = sameas("model", "show", "out", "--json")
    assert json.loads(shown.stdout) == plain

    done = sameas("resolve", "people.csv", "-o", "alone", "--no-match")
    assert done.returncode == 0
    assert "candidate pairs" not in done.stderr
    assert (tmp_path / "alone" / "manifest.json").is_file()


def test_a_model_that_is_not_there_is_one_error(sameas: Sameas) -> None:
    """The place, and what would make one."""
    done = sameas("model", "show", "none.json")
    assert done.returncode == 2
    assert "error: none.json: " in done.stderr
    assert "sameas train" in done.stderr

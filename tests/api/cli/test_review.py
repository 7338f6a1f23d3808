"""`sameas review`, in a terminal of its own."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import termios
import time
from typing import TYPE_CHECKING

import polars as pl
import pytest
from tests.people import made

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Sameas = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a store with a queue; one trait in each record looks like markup."""
    folder = tmp_path_factory.mktemp("review")
    records, _ = made(600)
    records.with_columns(note=pl.lit("[/b] :100:")).write_parquet(folder / "people.parquet")
    for command in (
        ["resolve", "people.parquet", "-o", "out", "--quiet"],
        ["load", "out", "--store", "made.db", "--quiet"],
    ):
        subprocess.run(
            [sys.executable, "-c", "from sameas.api.cli import main; main()", *command],
            cwd=folder,
            check=True,
            timeout=240,
        )
    return folder


@pytest.fixture
def store(folder: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    path = tmp_path / "people.db"
    path.write_bytes((folder / "made.db").read_bytes())
    return path


def queue(sameas: Sameas, store: Path) -> list[str]:
    """The ids of the first items."""
    done = sameas("review", "--store", store, "--json", "--limit", "20")
    assert done.returncode == 0, done.stderr
    return [item["id"] for item in json.loads(done.stdout)["items"]]


def answered(store: Path, keys: str) -> str:
    """What the terminal shows while the keys are pressed, each when it is asked for."""
    ours, theirs = pty.openpty()
    code = "from sameas.api.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", code, "review", "--store", str(store), "--author", "kim"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "NO_COLOR": "1", "PYTHONUTF8": "1", "COLUMNS": "72", "TERM": "dumb"},
        start_new_session=True,
    )
    os.close(theirs)
    shown, waiting = b"", list(keys)
    while True:
        try:
            piece = os.read(ours, 4096)
        except OSError:  # the other side is closed
            break
        if not piece:
            break
        shown += piece
        if waiting and shown.endswith(b"[q]uit: "):
            while termios.tcgetattr(ours)[3] & termios.ICANON:
                time.sleep(0.005)  # it drops what was pressed before it listens
            os.write(ours, waiting.pop(0).encode())
    os.close(ours)
    assert process.wait(120) == 0, shown.decode()
    return shown.decode()


def test_answers_are_judgements_that_settle_their_pairs(sameas: Sameas, store: Path) -> None:
    """One is skipped, and asked about again the next time; a key that means nothing asks again."""
    before = queue(sameas, store)
    assert len(before) > 3
    shown = answered(store, "ksxdq")
    assert "1 same, 1 different, 1 skip" in shown
    after = queue(sameas, store)
    assert before[0] in after
    assert before[1] not in after
    assert len(set(before) & set(after)) == len(before) - 2
    assert sameas("verify", "--store", store, "--quiet").returncode == 0


def test_two_records_are_shown_whole(sameas: Sameas, store: Path) -> None:
    """What looks like markup is printed, and the bits add up to the weight."""
    item = json.loads(sameas("review", "--store", store, "--json", "--limit", "1").stdout)
    first = item["items"][0]
    shown = answered(store, "q")
    assert "[/b] :100:" in shown
    assert first["left"]["profile_id"] in shown
    bits = sum(one["weight"] for one in first["fields"])
    assert f"{first['weight'] - bits:+.1f}" in next(
        line for line in shown.splitlines() if "before all" in line
    )


def test_without_a_terminal_nothing_is_asked(sameas: Sameas, store: Path) -> None:
    """The error says what there is instead."""
    done = sameas("review", "--store", store)
    assert done.returncode == 2
    assert "error: stdin: is no terminal to answer in" in done.stderr
    assert "--json" in done.stderr

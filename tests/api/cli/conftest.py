from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

Sameas = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def sameas(tmp_path: Path) -> Sameas:
    """The command line as users run it: a process in a folder of its own, streams kept apart."""

    def run(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", "from sameas.api.cli import main; main()", *arguments],
            cwd=tmp_path,
            env={**os.environ, "NO_COLOR": "1", "PYTHONUTF8": "1", **environment},
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
            timeout=120,
        )

    return run

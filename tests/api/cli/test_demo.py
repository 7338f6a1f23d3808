from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import httpx
import pytest

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT")


def test_the_demo_serves_its_people_until_it_is_interrupted(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", "from sameas.api.cli import main; main()", "demo", "--serve", "1"],
        cwd=tmp_path,
        env={**os.environ, "NO_COLOR": "1", "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    ) as process:
        assert process.stdout is not None
        told = ""
        for line in process.stdout:
            told += line
            if "Ctrl-C" in line:
                break
        shown = told[told.index("behind an API") :]
        (key,) = re.findall(r"KEY=(\S+)", shown)
        lines = re.findall(r"^  (curl .*?) \| python3.*$", shown, re.MULTILINE)
        answers = [
            subprocess.run(
                line, shell=True, env={**os.environ, "KEY": key}, capture_output=True, check=True
            ).stdout
            for line in lines
        ]
        process.send_signal(signal.SIGINT)
        rest = process.communicate(timeout=120)[0]
    assert process.returncode == 0, rest
    assert "Traceback" not in rest
    found, graph, merged = (httpx.Response(200, content=one).json() for one in answers)
    assert found["status"] == "linked"
    assert graph["profile_id"] == merged["profile_id"] == found["profile_id"]
    assert graph["edges"]
    assert not merged["created"]
    assert (tmp_path / "demo-out" / "people.db").stat().st_mode & 0o077 == 0

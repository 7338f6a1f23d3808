from __future__ import annotations

import os
import sys

import pytest
from benchmarks.processes import ProcessError, run, sameas


def test_the_output_of_a_process_comes_back() -> None:
    assert run([sys.executable, "-c", "print('hello')"]).output == "hello\n"


def test_cpu_time_counts_children_too() -> None:
    burn = "import time\nwhile time.process_time() < 0.3: pass"
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {burn!r}])"
    used = run([sys.executable, "-c", code])
    assert used.cpu >= 0.3
    assert used.wall > 0


def test_the_peak_is_in_bytes() -> None:
    used = run([sys.executable, "-c", "x = b'1' * 200_000_000"])
    # The caller's own memory may count, see the module; what the child took must.
    assert used.peak > 200_000_000


def test_variables_are_added_to_the_environment() -> None:
    code = "import os; print(os.environ['COLOUR'], 'PATH' in os.environ)"
    assert run([sys.executable, "-c", code], env={"COLOUR": "red"}).output == "red True\n"
    assert "COLOUR" not in os.environ


def test_a_failure_tells_the_status_and_the_last_words() -> None:
    with pytest.raises(ProcessError, match="exit 1: no such luck"):
        run([sys.executable, "-c", "import sys; sys.exit('no such luck')"])


def test_a_process_past_its_time_is_stopped() -> None:
    with pytest.raises(ProcessError, match=r"stopped after 0\.2 s"):
        run([sys.executable, "-c", "import time; time.sleep(30)"], timeout=0.2)


def test_the_command_line_of_sameas_runs() -> None:
    assert "resolve" in run(sameas("--help")).output

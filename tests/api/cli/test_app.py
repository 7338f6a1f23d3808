from __future__ import annotations

import json
import signal
import subprocess
import sys
from importlib.metadata import version
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    Sameas = Callable[..., subprocess.CompletedProcess[str]]

HEAVY = (
    *("numpy", "polars", "numba", "pyarrow", "pydantic", "fastapi", "phonenumbers", "networkx"),
    *("apsw", "httpx", "msgspec", "uvicorn"),
)
ENDS_BY = (
    "import sys, json; sys.argv[1:] = {arguments}; from sameas.api.cli import main\ntry:\n main()"
)


def modules_after(code: str) -> set[str]:
    report = "\nimport json, sys; print('\\n' + json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code + report], capture_output=True, text=True, check=True
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize(
    "code",
    [
        "import sameas",
        "import sameas; sameas.PolicyError, sameas.Policy, sameas.__version__",
        "import sameas.engine.policy",
        ENDS_BY.format(arguments=["--help"]) + "\nexcept SystemExit: pass",
        ENDS_BY.format(arguments=["--version"]) + "\nexcept SystemExit: pass",
    ],
    ids=["import", "names", "policy", "help", "version"],
)
def test_nothing_heavy_is_imported_before_there_is_work(code: str) -> None:
    assert not modules_after(code).intersection(HEAVY)


def test_version_is_that_of_the_package(sameas: Sameas) -> None:
    assert sameas("--version").stdout == f"sameas {version('sameas')}\n"


def test_help_names_every_command(sameas: Sameas) -> None:
    shown = sameas("--help")
    assert shown.returncode == 0
    for command in ("resolve", "evaluate", "policy", "serve", "key", "backup", "demo"):
        assert command in shown.stdout


@pytest.mark.parametrize("arguments", [["nonsense"], ["resolve"], ["demo", "--serve", "2"]])
def test_wrong_usage_is_exit_2_on_stderr(sameas: Sameas, arguments: list[str]) -> None:
    done = sameas(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "Usage: sameas" in done.stderr


def test_an_error_of_sameas_is_a_message_and_exit_2(sameas: Sameas) -> None:
    done = sameas("policy", "check", "none.toml")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("error: none.toml: no such file\n")
    assert "Traceback" not in done.stderr


def test_an_unexpected_error_keeps_its_traceback_and_is_no_difference() -> None:
    code = (
        "import sameas.engine.policy as p, sys\n"
        "def load(path): raise RuntimeError('a bug')\n"
        "p.load = load; sys.argv[1:] = ['policy', 'check', 'x']\n"
        "from sameas.api.cli import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 70
    assert "Traceback" in done.stderr
    assert "RuntimeError: a bug" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT")
def test_an_interrupt_is_exit_130_without_a_traceback() -> None:
    code = (
        "import sameas.engine.policy as p, sys, time\n"
        "def load(path): print('ready', flush=True); time.sleep(60)\n"
        "p.load = load; sys.argv[1:] = ['policy', 'check', 'x']\n"
        "from sameas.api.cli import main; main()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "Traceback" not in errors

"""A command in a process of its own, with what it cost: every figure covers its children too.

CPU time is user plus system time. Linux counts the memory of the caller, up to its `exec`, into
the peak of the process that it starts, so a caller should import little: this module does.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["ProcessError", "Usage", "run", "sameas"]

MAXRSS_BYTES = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True, slots=True)
class Usage:
    """What a process cost: seconds, bytes, and its standard output."""

    wall: float
    cpu: float
    peak: int
    output: str = ""


class ProcessError(RuntimeError):
    """A process that ended badly, with the end of what it wrote to standard error."""


def sameas(*arguments: str) -> list[str]:
    """The command line of sameas under this interpreter, installed as a script or not."""
    code = "import sys; from sameas.api.cli import main; sys.exit(main())"
    return [sys.executable, "-c", code, *arguments]


def run(
    command: Sequence[str], *, env: Mapping[str, str] | None = None, timeout: float = 3600.0
) -> Usage:
    """Run `command` to its end, at most `timeout` seconds.

    Raises:
        ProcessError: if it exits with a status other than 0 or is stopped at the timeout.
    """
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        start = time.perf_counter()
        process = subprocess.Popen(
            command, stdout=out, stderr=err, env={**os.environ, **(env or {})}
        )
        timer = threading.Timer(timeout, process.kill)
        timer.start()
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            process.kill()
            process.wait()
            raise
        finally:
            timer.cancel()
        wall = time.perf_counter() - start
        # The process is waited for already: tell Popen, which would look for it again.
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            err.seek(0)
            told = err.read().decode(errors="replace").strip().splitlines()
            why = f"stopped after {timeout:g} s" if wall >= timeout else told[-1:] or ["killed"]
            why = why if isinstance(why, str) else why[0]
            raise ProcessError(f"exit {process.returncode}: {why}")
        out.seek(0)
        text = out.read().decode()
    cpu = usage.ru_utime + usage.ru_stime
    return Usage(wall, cpu, usage.ru_maxrss * MAXRSS_BYTES, text)

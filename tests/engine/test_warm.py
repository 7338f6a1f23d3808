"""What installing compiles is all that a first run needs."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.people import made

if TYPE_CHECKING:
    from pathlib import Path

_FIRST_RUN = """
import json, sys
from numba.core import event
from sameas.engine.warm import warm

class Compiled(event.Listener):
    def __init__(self):
        self.names = []

    def on_start(self, event):
        function = event.data["dispatcher"].py_func
        if function.__module__.startswith("sameas"):
            self.names.append(f"{function.__module__}.{function.__name__}")

    def on_end(self, event):
        pass

if __name__ == "__main__":
    warm()
    compiled = Compiled()
    event.register("numba:compile", compiled)
    from sameas.api.cli import app
    for command in sys.argv[1:]:
        try:
            app.app(command.split(), standalone_mode=False)
        except SystemExit as end:
            assert not end.code, command
    print(json.dumps(compiled.names))
"""


def test_a_first_run_compiles_nothing_that_installing_did_not(tmp_path: Path) -> None:
    """Else who reviews, verifies or serves for the first time waits for compilers."""
    records, _ = made(600)
    records.write_csv(tmp_path / "people.csv")
    (tmp_path / "first.py").write_text(_FIRST_RUN)
    commands = [
        "resolve people.csv -o out --quiet",
        "load out --store people.db --quiet",
        "review --store people.db --json --limit 3",
        "verify --store people.db --quiet",
    ]
    done = subprocess.run(
        [sys.executable, "first.py", *commands],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == []

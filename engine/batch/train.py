"""Learn a model from files: the first half of a run, up to what matches."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from sameas.engine import policy as policies
from sameas.engine.batch.collect import Collector
from sameas.engine.batch.live import live
from sameas.engine.match import Use, Used, use
from sameas.engine.read import inspect
from sameas.engine.read.words import read_judgements
from sameas.errors import Fault, InputError, OutputError
from sameas.matching.model import to_json

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sameas.engine.policy import Policy

__all__ = ["train_files"]


def train_files(
    paths: Sequence[Path],
    out: Path,
    *,
    policy: Policy | None = None,
    labels: Path | None = None,
    progress: Callable[[str, int, int | None], None] | None = None,
) -> Used:
    """Learn from the live records of files, and write the model; see `sameas train --help`.

    The same records, policy and labels give the same file, byte for byte.

    Raises:
        InputError: a file or a label cannot be used, or the records teach nothing.
        OutputError: the model cannot be written.
    """
    say = progress or (lambda _stage, _done, _total: None)
    now = time.time_ns() // 1_000
    rules = policy or policies.default()
    said = () if labels is None else read_judgements(labels, rules, now=now)
    rows = Collector(rules, now=now)
    for file in inspect(list(paths), rules, now=now):
        for batch in file.batches():
            rows.add(batch, file=file.name)
            say("read", rows.rows, None)
    columns = live(rows).columns
    how = Use(free=policy is None, labels=said)
    used = use(columns, rules, how, progress=lambda stage: say(stage, 0, None))
    if used.model is None:
        raise InputError(
            Fault(", ".join(path.name for path in paths), f"teaches nothing: {used.why}")
        )
    _write(out, to_json(used.model))
    return used


def _write(path: Path, text: str) -> None:
    """The file is there whole or not at all, and its owner's alone: it holds names."""
    try:
        handle, aside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        Path(aside).replace(path)
    except OSError as error:
        raise OutputError(
            Fault(str(path), f"cannot be written: {error.strerror}", "choose another place")
        ) from error

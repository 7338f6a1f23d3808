"""`sameas train`: a model learned from files, for runs and stores that are to match alike."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sameas.api.cli.console import people, print_json, safe
from sameas.errors import Fault, OutputError

__all__ = ["train"]


def train(
    files: Annotated[
        list[Path], typer.Argument(help="CSV, Parquet or JSON lines; may be compressed.")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="Model file to write.")],
    policy: Annotated[
        Path | None, typer.Option("--policy", help="Policy file; without it, the defaults.")
    ] = None,
    labels: Annotated[
        Path | None, typer.Option("--labels", help="Judgements that the model learns from.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace OUT if it is there.")] = False,
    json_: Annotated[
        bool, typer.Option("--json", help="Write what was learned from to stdout.")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Say nothing but errors on stderr.")
    ] = False,
) -> None:
    """Learn from the records of FILES what makes two of them one person.

    `sameas resolve` does so by itself; this is for a model that many runs share.
    """
    if out.exists() and not force:
        raise OutputError(Fault(str(out), "exists", "--force replaces it, or choose another name"))
    from sameas.api.cli.progress import bars
    from sameas.api.cli.summary import matching
    from sameas.engine.batch.train import train_files
    from sameas.engine.policy import load

    rules = None if policy is None else load(policy)
    console = people(quiet=quiet)
    with bars(console) as progress:
        used = train_files(files, out, policy=rules, labels=labels, progress=progress)
    found = used.manifest()
    if json_:
        print_json(found)
    for made in matching(found):
        console.print(made)
    console.print(f"the model is in {safe(out)}; look: sameas model show {safe(out)}")

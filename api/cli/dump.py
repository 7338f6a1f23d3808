"""`sameas dump`: a store becomes the tables of a batch run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sameas.api.cli.console import people, print_json
from sameas.api.cli.progress import bars

__all__ = ["dump"]


def dump(
    store: Annotated[Path, typer.Option("--store", help="File of the store.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder to write the tables into.")],
    force: Annotated[bool, typer.Option("--force", help="Replace what OUT holds.")] = False,
    json_: Annotated[bool, typer.Option("--json", help="Write the manifest to stdout.")] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Say nothing but errors on stderr.")
    ] = False,
) -> None:
    """Write what a store holds as the tables of a batch run. A server may go on meanwhile."""
    from sameas.api.cli.summary import show
    from sameas.engine.online import whole
    from sameas.graph.store import open_store

    console = people(quiet=quiet)
    with (
        open_store(store, create=False, readonly=True) as held,
        held.snapshot() as reader,
        bars(console) as progress,
    ):
        manifest = whole.dump(reader, out, force=force, progress=progress)
    if json_:
        print_json(manifest)
    if not quiet:
        show(console, out, manifest)

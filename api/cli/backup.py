"""`sameas backup`: a copy of a store while it is written to."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sameas.api.cli.console import people, safe
from sameas.api.cli.progress import bars

__all__ = ["backup"]


def backup(
    store: Annotated[Path, typer.Option("--store", help="File of the store.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="File to copy it to.")],
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Say nothing but errors on stderr.")
    ] = False,
) -> None:
    """Copy the last committed state of a store into a file. A server may go on meanwhile."""
    from sameas.graph.store import open_store

    console = people(quiet=quiet)
    with open_store(store, create=False, readonly=True) as held, bars(console) as progress:
        held.backup(out, lambda done, total: progress("pages", done, total))
    console.print(f"   done  the copy is {safe(out)}", soft_wrap=True)

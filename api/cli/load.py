"""`sameas load`: a batch result becomes a store."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from sameas.api.cli.console import people, print_json, safe, table
from sameas.api.cli.progress import bars

__all__ = ["load"]


def load(
    out: Annotated[Path, typer.Argument(help="Folder that `sameas resolve` wrote.")],
    store: Annotated[Path, typer.Option("--store", help="File of the store to make.")],
    force: Annotated[
        bool, typer.Option("--force", help="Replace the store, if it is there.")
    ] = False,
    json_: Annotated[bool, typer.Option("--json", help="Write the counts to stdout.")] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Say nothing but errors on stderr.")
    ] = False,
) -> None:
    """Make a store of what OUT holds; ids, arrivals and judgements go on."""
    from sameas.engine.online.whole import load_file

    console = people(quiet=quiet)
    with bars(console) as progress:
        loaded = load_file(out, store, force=force, progress=progress)
    if json_:
        print_json(asdict(loaded))
    console.print(table("Loaded", ["", "how many"], asdict(loaded).items()))
    console.print(f"   done  the store is {safe(store)}", soft_wrap=True)

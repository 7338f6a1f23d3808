"""`sameas verify`: the law as a command."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sameas.api.cli.console import people, print_json, table
from sameas.api.cli.progress import bars

__all__ = ["verify"]

_SHOWN = 20


def verify(
    store: Annotated[Path, typer.Option("--store", help="File of the store.")],
    json_: Annotated[
        bool, typer.Option("--json", help="Write all that was found to stdout.")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Say nothing but errors on stderr.")
    ] = False,
) -> None:
    """Compute a store anew from its inputs and report any difference. Exit 1 if there is one.

    Nothing is written, and a server may go on meanwhile: one state of the store is looked at.
    """
    from sameas.engine.online import whole
    from sameas.graph.store import open_store

    console = people(quiet=quiet)
    with open_store(store, create=False, readonly=True) as held, bars(console) as progress:
        damaged = held.check()
        with held.snapshot() as reader:
            found = whole.verify(reader, progress=progress)
    if json_:
        print_json(
            {
                "clean": bool(found) and not damaged,
                "records": found.records,
                "profiles": found.profiles,
                "pending": found.pending,
                "damaged": damaged,
                "counts": dict(found.counts),
                "differences": [one._asdict() for one in found.differences],
            }
        )
    rows: list[list[object]] = [
        ["records", found.records],
        ["profiles", found.profiles],
        ["pending inputs", found.pending],
        ["differences", sum(found.counts.values())],
        ["damaged pages", len(damaged)],
    ]
    console.print(table("Verified", ["", "how many"], rows))
    if found.counts:
        console.print(table("Differences", ["of", "how many"], found.counts.most_common()))
        shown = [list(one) for one in found.differences[:_SHOWN]]
        console.print(table("The first of them", ["of", "where", "held", "should be"], shown))
    for line in damaged[:_SHOWN]:
        console.print(table("Damage", ["what"], [[line]]))
    if found.counts or damaged:
        raise typer.Exit(1)

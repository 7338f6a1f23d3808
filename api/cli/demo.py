"""`sameas demo`: the invented shop, resolved and shown."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sameas.api.cli.console import people

__all__ = ["demo"]

_PEOPLE = 2_000


def demo(
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for data and output.")] = Path(
        "demo-out"
    ),
    serve: Annotated[
        int,
        typer.Option("--serve", min=0, max=1, help="1: serve the report until Ctrl-C; 0: end."),
    ] = 1,
    seed: Annotated[
        int, typer.Option("--seed", min=0, help="The same seed invents the same shop.")
    ] = 7,
    scale: Annotated[
        int, typer.Option("--scale", min=1, help=f"Size of the shop, times {_PEOPLE:,} people.")
    ] = 1,
) -> None:
    """Invent a shop with five sources, resolve them, and show the people in them."""
    from sameas.api.demo import run_demo

    console = people(stdout=True)
    run_demo(out, seed=seed, people=scale * _PEOPLE, console=console)
    if serve:
        from sameas.api.cli.serve import serve_report

        serve_report(out, console=console)

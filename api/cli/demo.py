"""`sameas demo`: the invented shop, resolved, told, and served."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sameas.api.cli.console import people

__all__ = ["demo"]

_PEOPLE = 2_000
_PORT = 8080


def demo(
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for data and output.")] = Path(
        "demo-out"
    ),
    serve: Annotated[
        int,
        typer.Option(
            "--serve", min=0, max=1, help="1: serve the people over HTTP until Ctrl-C; 0: end."
        ),
    ] = 1,
    seed: Annotated[
        int, typer.Option("--seed", min=0, help="The same seed invents the same shop.")
    ] = 7,
    scale: Annotated[
        int, typer.Option("--scale", min=1, help=f"Size of the shop, times {_PEOPLE:,} people.")
    ] = 1,
) -> None:
    """Invent a shop with five sources, resolve them, show the people in them, and serve them."""
    from sameas.api.demo import run_demo

    console = people(stdout=True)
    told = run_demo(out, seed=seed, people=scale * _PEOPLE, console=console)
    if not serve:
        return
    from sameas.api.cli.serve import address, open_engine
    from sameas.api.demo.live import load_demo, show_calls
    from sameas.api.http import Settings, listen
    from sameas.api.http import serve as run
    from sameas.errors import InputError

    store = load_demo(out, console=console)
    settings = Settings(log_requests=False)
    try:
        at = listen(settings.host, _PORT)
    except InputError:
        at = listen(settings.host, 0)
    with at, open_engine(store) as engine:
        url = address(settings.host, at.getsockname()[1])
        run(
            engine,
            settings,
            at=at,
            told=lambda: show_calls(engine, told, url, console=console),
        )
    console.print("The server has ended; all that it was told is in the store.", soft_wrap=True)

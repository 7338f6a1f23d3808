"""`sameas evaluate`: how right an output is, where somebody knows who is who."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sameas.api.cli.console import people, print_json, table
from sameas.errors import Fault, InputError

__all__ = ["evaluate"]


def evaluate(
    out: Annotated[Path, typer.Argument(help="Folder that `sameas resolve` wrote.")],
    truth: Annotated[
        Path,
        typer.Option("--truth", help="Table of record_id, cluster_id and, if need be, source."),
    ],
    floor: Annotated[
        float | None,
        typer.Option("--floor", help="Exit 1 if the pairwise F1 is below this, 0 to 1."),
    ] = None,
    json_: Annotated[bool, typer.Option("--json", help="Write all figures to stdout.")] = False,
) -> None:
    """Compare the profiles in OUT with the truth."""
    if floor is not None and not 0 <= floor <= 1:
        raise InputError(Fault("--floor", f"{floor} is no F1", "expected a number from 0 to 1"))
    from sameas.engine import evaluate as engine

    result = engine.evaluate(out, truth)
    console = people()
    if json_:
        print_json(result.as_dict())
    else:
        people(stdout=True).print(table("Evaluation", ["figure", "value"], result.rows()))
    if floor is not None and result.scores.f1 < floor:
        console.print(f"pairwise F1 {result.scores.f1:.4f} is below the floor {floor}")
        raise typer.Exit(1)

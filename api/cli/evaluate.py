"""`sameas evaluate`: how right an output is, where somebody knows who is who, and why."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sameas.api.cli.console import people, percent, print_json, table
from sameas.errors import Fault, InputError

if TYPE_CHECKING:
    from rich.console import Console

    from sameas.engine.evaluate import Mistake, Study

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
    examples: Annotated[
        int,
        typer.Option("--examples", min=0, help="Worst mistakes of each kind to explain."),
    ] = 3,
    scores_only: Annotated[
        bool,
        typer.Option("--scores-only", help="Do not look into the model: no cuts, no examples."),
    ] = False,
    json_: Annotated[bool, typer.Option("--json", help="Write all figures to stdout.")] = False,
) -> None:
    """Compare the profiles in OUT with the truth; with a model, say what decided.

    The model's part runs the function again at other cuts, so it takes longer than the scores.
    """
    if floor is not None and not 0 <= floor <= 1:
        raise InputError(Fault("--floor", f"{floor} is no F1", "expected a number from 0 to 1"))
    from sameas.engine import evaluate as engine

    result = engine.evaluate(out, truth)
    inside = None if scores_only else engine.study(out, truth, examples=examples)
    console = people()
    if json_:
        model = {} if inside is None else {"model": inside.as_dict()}
        print_json({**result.as_dict(), **model})
    else:
        answer = people(stdout=True)
        answer.print(table("Evaluation", ["figure", "value"], result.rows()))
        if inside is not None:
            _show(answer, inside)
    if floor is not None and result.scores.f1 < floor:
        console.print(f"pairwise F1 {result.scores.f1:.4f} is below the floor {floor}")
        raise typer.Exit(1)


def _show(console: Console, study: Study) -> None:
    heads = ["cut (bits)", "says", "profiles", "precision", "recall", "F1", "B-cubed F1", ""]
    console.print(
        table(
            "Other cuts",
            heads,
            [
                (
                    f"{point.bits:+.0f}",
                    percent(point.probability),
                    point.profiles,
                    f"{point.precision:.4f}",
                    f"{point.recall:.4f}",
                    f"{point.f1:.4f}",
                    f"{point.bcubed_f1:.4f}",
                    "in use" if point.chosen else "",
                )
                for point in study.curve
            ],
        )
    )
    console.print(
        table(
            f"Is what it says true? (mean gap {study.gap:.3f})",
            ["probability", "pairs", "says", "is"],
            [
                (
                    f"{percent(band.low)} to {percent(band.high)}",
                    band.pairs,
                    percent(band.said),
                    percent(band.true),
                )
                for band in study.calibration
            ],
        )
    )
    console.print(
        table(
            "Fields, the one that decides most first",
            ["field", "missing", "compared", "agree: one", "two", "bits: one", "two"],
            [
                (
                    one.field,
                    percent(one.missing),
                    percent(one.compared),
                    percent(one.agree),
                    percent(one.agree_others),
                    f"{one.bits:+.1f}",
                    f"{one.bits_others:+.1f}",
                )
                for one in study.fields
            ],
        )
    )
    for kind, said in (("merged", "False merges"), ("split", "False splits")):
        counted = study.causes[kind]
        if counted:
            console.print(table(f"{said}: pairs of records by cause", ["cause", "pairs"],
                                list(counted.items())))  # fmt: skip
    for mistake in study.merges:
        _explain(console, mistake, f"False merge of {mistake.records:,} records")
    for mistake in study.splits:
        _explain(console, mistake, f"False split of {mistake.id}, {mistake.records:,} records")


def _explain(console: Console, mistake: Mistake, what: str) -> None:
    pair = f"{mistake.left} and {mistake.right}"
    weight = "no weight"
    if mistake.bits is not None and mistake.probability is not None:
        weight = f"{mistake.bits:+.1f} bits, {percent(mistake.probability)}"
    said = f"{what}, {mistake.pairs:,} wrong pairs: {pair}, {weight} ({mistake.why})"
    rows = [("before all", "", "", "", f"{mistake.prior:+.1f}")] if mistake.steps else []
    rows += [
        (one.field, one.left, one.right, one.level, f"{one.bits:+.1f}") for one in mistake.steps
    ]
    rows += [("identifier", one, one, "equal", "") for one in mistake.identifiers]
    console.print(table(said, ["field", "left", "right", "level", "bits"], rows))

"""`sameas model`: what a model says, for people and for machines."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sameas.api.cli.console import people, print_json, safe, table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.table import Table

    from sameas.matching.model import Comparison, Model

__all__ = ["app"]

app = typer.Typer(
    help="Models of what makes two records one person.",
    no_args_is_help=True,
)

_WIDTH = 24
_BIT = 1 << 20


@app.callback()
def _root() -> None:
    pass


@app.command()
def show(
    file: Annotated[Path, typer.Argument(help="Model file, or an output folder that has one.")],
    json_: Annotated[bool, typer.Option("--json", help="Write the weights as JSON.")] = False,
) -> None:
    """Show what each agreement weighs, in bits: ten bits are odds of a thousand to one."""
    from sameas.engine.batch.matching import read_model

    model = read_model(file / "model.json" if file.is_dir() else file)
    if json_:
        print_json(_plain(model))
        return
    console = people(stdout=True)
    facts = [
        ("before anything is known", " / ".join(f"{p / _BIT:+.1f}" for p in model.priors)),
        ("one person from", f"{model.cut / _BIT:+.1f} bits, mean of all pairs"),
        ("a person should look from", f"{model.review_threshold / _BIT:+.1f} bits"),
        ("looked at together from", f"{model.edge_threshold / _BIT:+.1f} bits"),
        ("fields that a record needs", str(model.min_fields)),
        ("records on one key value", f"{model.max_key_records:,} at most"),
    ]
    console.print(table("Model", ["", ""], facts))
    most = max(
        (abs(min(bits)) for one in model.comparisons for _, _, bits in _rows(one)),
        default=_BIT,
    )
    for one in model.comparisons:
        console.print(_weights(model, one, most))
    keys = [(number, key.name) for number, key in enumerate(model.blocking, 1)]
    console.print(table("Records are compared that share", ["", "key"], keys))


def _weights(model: Model, one: Comparison, most: int) -> Table:
    """A bar for each level, to the left where it speaks against; one table a field.

    Bits are against each explanation other than one person; the bar is what is left at least.
    """
    rows = []
    contexts = _contexts(model, one)
    for context, level, bits in _rows(one):
        text = " / ".join(f"{weight / _BIT:+.1f}" for weight in bits)
        line = [level, text, _bar(min(bits), most)]
        rows.append([contexts[context], *line] if len(contexts) > 1 else line)
    heads = ["level", "bits", "against | for"]
    if len(contexts) > 1:
        heads = ["given", *heads]
    reads = one.field.identifier or ", ".join(one.field.traits)
    title = f"{safe(one.field.name)} ({one.field.kind}, reads {safe(reads)})"
    if one.terms or one.floor:
        title += f"; a shared rare value adds up to {one.floor / _BIT:+.1f}"
    return table(title, heads, rows)


def _rows(one: Comparison) -> Iterator[tuple[int, str, list[int]]]:
    """Context, level, and the weights against each explanation."""
    for context in range(len(one.weights[0])):
        for number, level in enumerate(one.levels):
            yield context, level, [kind[context][number] for kind in one.weights]


def _contexts(model: Model, one: Comparison) -> list[str]:
    if not one.given:
        return [""]
    names = " and ".join(model.fields[place].name for place in one.given)
    words = (f"no {names}", f"{names} differ", "one agrees", "more agree")
    return list(words)


def _bar(bits: int, most: int) -> str:
    length = round(abs(bits) * _WIDTH / max(most, 1))
    left, right = ("█" * length, "") if bits < 0 else ("", "█" * length)
    return f"{left:>{_WIDTH}}|{right}"


def _plain(model: Model) -> dict[str, Any]:
    return {
        "priors": [prior / _BIT for prior in model.priors],
        "cut": model.cut / _BIT,
        "review_threshold": model.review_threshold / _BIT,
        "edge_threshold": model.edge_threshold / _BIT,
        "min_fields": model.min_fields,
        "max_key_records": model.max_key_records,
        "fields": [
            {
                "name": one.field.name,
                "kind": one.field.kind,
                "traits": list(one.field.traits),
                "identifier": one.field.identifier,
                "given": [model.fields[place].name for place in one.given],
                "levels": [
                    {
                        "level": level,
                        "bits": [[row[place] / _BIT for row in kind] for kind in one.weights],
                    }
                    for place, level in enumerate(one.levels)
                ],
                "rarest": one.floor / _BIT,
                "commonest": {
                    value: bits / _BIT
                    for value, bits in sorted(one.terms.items(), key=lambda item: item[::-1])[:10]
                },
            }
            for one in model.comparisons
        ],
        "keys": [key.name for key in model.blocking],
    }

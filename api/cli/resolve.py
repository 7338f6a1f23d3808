"""`sameas resolve`: files in, profiles out."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sameas.api.cli.console import people, print_json, safe
from sameas.errors import Fault, InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.console import Console

__all__ = ["resolve"]

_DIFFERENCES = ("created", "merged", "split", "removed")


def resolve(
    files: Annotated[
        list[Path], typer.Argument(help="CSV, Parquet or JSON lines; may be compressed.")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder to write the tables into.")],
    policy: Annotated[
        Path | None, typer.Option("--policy", help="Policy file; without it, the defaults.")
    ] = None,
    judgements: Annotated[
        Path | None, typer.Option("--judgements", help="Ledger of same/different judgements.")
    ] = None,
    matches: Annotated[
        Path | None, typer.Option("--matches", help="Scored record pairs to take as evidence.")
    ] = None,
    model: Annotated[
        Path | None,
        typer.Option("--model", help="Model file to match by; without it, one is learned."),
    ] = None,
    no_match: Annotated[
        bool, typer.Option("--no-match", help="Records meet by identifiers and judgements alone.")
    ] = False,
    labels: Annotated[
        Path | None,
        typer.Option("--labels", help="Judgements that a model learns from; they join nobody."),
    ] = None,
    previous: Annotated[
        Path | None,
        typer.Option("--previous", help="Earlier output whose profile ids and ledger go on."),
    ] = None,
    append: Annotated[
        bool, typer.Option("--append", help="Add the files to what OUT already resolved.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace what OUT holds.")] = False,
    id_key: Annotated[
        str | None,
        typer.Option(
            "--id-key",
            help="Secret that new profile ids are made with, 16 to 64 bytes in hex.",
            envvar="SAMEAS_ID_KEY",
        ),
    ] = None,
    expect_unchanged: Annotated[
        bool,
        typer.Option(
            "--expect-unchanged",
            help="Exit 1 if a profile differs from the earlier output's.",
        ),
    ] = False,
    json_: Annotated[
        bool, typer.Option("--json", help="Write the manifest of the run to stdout.")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Say nothing but errors on stderr.")
    ] = False,
) -> None:
    """Resolve the records of FILES into profiles.

    Columns are detected, and what makes two records alike is learned from the records. A policy and
    a model file override both; OUT holds the ones that were used.
    """
    key = _key(id_key)
    if expect_unchanged and previous is None and not append:
        raise InputError(
            Fault("--expect-unchanged", "nothing to compare with", "give --previous or --append")
        )
    from sameas.engine.policy import load

    rules = None if policy is None else load(policy)
    # After the checks that need nothing, so that a slip in a rule is answered at once.
    from sameas.api.cli.summary import show
    from sameas.engine.batch import resolve_files

    console = people(quiet=quiet)
    with _progress(console) as progress:
        result = resolve_files(
            files,
            out,
            policy=rules,
            judgements=judgements,
            matches=matches,
            previous=previous,
            append=append,
            force=force,
            id_key=key,
            model=model,
            match=not no_match,
            labels=labels,
            progress=progress,
        )
    if json_:
        print_json(result.manifest)
    if not quiet:
        show(console, result.folder, result.manifest)
    changes = result.manifest["changes"]
    if expect_unchanged and any(changes.get(change) for change in _DIFFERENCES):
        raise typer.Exit(1)


def _key(text: str | None) -> bytes | None:
    if text is None:
        return None
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if not 16 <= len(key) <= 64:
        # The key itself is a secret and stays out of the message.
        raise InputError(
            Fault(
                "--id-key",
                "not 16 to 64 bytes in hex",
                'make one: python -c "import secrets; print(secrets.token_hex(32))"',
            )
        )
    return key


@contextmanager
def _progress(console: Console) -> Iterator[Callable[[str, int, int | None], None]]:
    """A bar a stage; on a pipe nothing, since a log wants no bars."""
    from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description:<14}"),
        BarColumn(),
        TextColumn("{task.completed:>14,}"),
        TimeElapsedColumn(),
    )
    bars: dict[str, TaskID] = {}
    with Progress(*columns, console=console, disable=not console.is_terminal) as shown:

        def report(stage: str, done: int, total: int | None) -> None:
            if stage not in bars:
                bars[stage] = shown.add_task(safe(stage), total=total)
            shown.update(bars[stage], completed=done, total=total)

        yield report

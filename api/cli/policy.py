"""`sameas policy`: check a policy file, show what it says, tell what it would change in a store."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sameas.api.cli.console import people, print_json, table
from sameas.api.cli.previewed import previewed
from sameas.errors import Fault, InputError

if TYPE_CHECKING:
    from sameas.engine.policy import IdentifierType, Policy

__all__ = ["app"]

app = typer.Typer(
    help="The rules of resolution: check a policy file, show what it says, try it on a store.",
    no_args_is_help=True,
)


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="Policy file.")],
) -> None:
    """Check FILE and name every fault in it; exit 2 if there is one."""
    from sameas.engine.policy import load

    policy = load(file)
    linking = sum(kind.links for kind in policy.identifiers)
    typer.echo(f"{file}: valid; {len(policy.identifiers)} identifier types, {linking} link")


@app.command()
def show(
    file: Annotated[
        Path | None, typer.Argument(help="Policy file; without it, the defaults.")
    ] = None,
    toml: Annotated[
        bool, typer.Option("--toml", help="Write it as a complete, commented policy file.")
    ] = False,
    json_: Annotated[bool, typer.Option("--json", help="Write it as JSON.")] = False,
) -> None:
    """Show the whole policy, types in rank order; the defaults where FILE says nothing."""
    if toml and json_:
        raise InputError(Fault("--toml", "given together with --json", "choose one"))
    from sameas.engine.policy import default, dumps, load

    policy = default() if file is None else load(file)
    if toml:
        # Bytes, because a policy file is UTF-8 whatever the terminal is.
        sys.stdout.flush()
        sys.stdout.buffer.write(dumps(policy).encode())
        sys.stdout.buffer.flush()
    elif json_:
        print_json(_plain(asdict(policy)))
    else:
        _print(policy)


@app.command()
def preview(
    file: Annotated[Path, typer.Argument(help="Policy file that is asked about.")],
    store: Annotated[Path, typer.Option("--store", help="File of the store.")],
    examples: Annotated[
        int, typer.Option("--examples", min=0, help="How many of each kind of change are told.")
    ] = 5,
    json_: Annotated[bool, typer.Option("--json", help="Write it to stdout as JSON.")] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Say nothing but errors on stderr.")
    ] = False,
) -> None:
    """Say what FILE would change in a store, and why. Nothing is written.

    A server may go on meanwhile: one state of the store is looked at. Its model stays.
    """
    from sameas.engine.online.readings import Readings
    from sameas.engine.policy import load
    from sameas.graph.store import open_store

    policy = load(file)
    with open_store(store, create=False, readonly=True) as held:
        found = Readings(held).preview(policy, examples=examples)
    if json_:
        from msgspec import to_builtins

        print_json(to_builtins(found))
    console = people(quiet=quiet)
    for made in previewed(found):
        console.print(made)


def _print(policy: Policy) -> None:
    console = people(stdout=True)
    heads = [
        "rank",
        "type",
        "spelling",
        "links",
        "a profile",
        "fanout",
        "records",
        "guard",
        "blocked",
    ]
    console.print(table("Identifiers, the strongest first", heads, _rows(policy)))
    survivorship = policy.survivorship
    rows = [
        ("in conflict goes to", policy.on_conflict),
        ("largest component", f"{policy.max_component:,} nodes"),
        ("exclusive traits", ", ".join(policy.exclusive) or "none"),
        ("duplicate-free sources", ", ".join(sorted(policy.duplicate_free)) or "none"),
        ("phone region", policy.default_region),
        ("email dots, tags", f"{_word(policy.email_dots)}, {_word(policy.email_tags)}"),
        ("traits survive by", survivorship.default),
        ("source priority", ", ".join(survivorship.source_priority) or "none"),
        *((f"trait {name}", strategy) for name, strategy in survivorship.traits.items()),
        *(
            (f"group {group.name}", f"{group.strategy}: {', '.join(group.traits)}")
            for group in survivorship.groups
        ),
        *((f"column {name}", role) for name, role in policy.columns.items()),
        *(
            (f"column {name} of {file}", role)
            for file, columns in policy.file_columns.items()
            for name, role in columns.items()
        ),
    ]
    console.print(table("Rules", ["rule", "value"], rows))


def _rows(policy: Policy) -> list[tuple[object, ...]]:
    return [(place, *_row(kind)) for place, kind in enumerate(policy.identifiers, start=1)]


def _row(kind: IdentifierType) -> tuple[object, ...]:
    limits = (kind.max_per_profile, kind.max_fanout, kind.max_records)
    return (
        kind.name,
        kind.canonicaliser,
        "yes" if kind.links else "no",
        *("any" if limit is None else f"{limit:,}" for limit in limits),
        "names" if kind.guard else "",
        ", ".join([*sorted(kind.blocked), *kind.blocked_patterns]),
    )


def _word(dropped: bool) -> str:
    return "dropped" if dropped else "kept"


def _plain(node: object) -> dict[str, object]:
    """JSON has no sets; sorted, so that equal policies print equal."""

    def plain(value: object) -> object:
        if isinstance(value, dict):
            return {str(key): plain(item) for key, item in value.items()}
        if isinstance(value, frozenset):
            return sorted(value)
        if isinstance(value, list | tuple):
            return [plain(item) for item in value]
        return value

    made = plain(node)
    assert isinstance(made, dict)
    return made

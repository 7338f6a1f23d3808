"""`sameas key`: who may call the API; for a store that nobody serves, or to look at."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sameas.api.cli.console import people, print_json, safe, table
from sameas.errors import StoreLockedError

if TYPE_CHECKING:
    from sameas.graph.store.sqlite import SqliteStore

__all__ = ["app"]

app = typer.Typer(
    help="API keys of a store: make one, list them, end one.",
    no_args_is_help=True,
)

_Store = Annotated[Path, typer.Option("--store", envvar="SAMEAS_STORE", help="File of the store.")]
_Json = Annotated[bool, typer.Option("--json", help="Write the answer as JSON.")]


@app.command()
def create(
    store: _Store,
    name: Annotated[str, typer.Option("--name", help="What the key is for.")],
    scope: Annotated[
        list[str],
        typer.Option("--scope", help="collect, write, read, review or admin; may be repeated."),
    ],
    source: Annotated[
        str | None, typer.Option("--source", help="The one source that it may speak for.")
    ] = None,
    json_: _Json = False,
) -> None:
    """Make a key and write its secret to stdout, this once. Makes the store if it is not there."""
    from sameas.api.http import create_key

    with _writing(store, create=True, instead="-X POST {url} -d '{body}'") as held:
        secret = create_key(held, name, scope, source)
    if json_:
        print_json({"name": name, "scopes": scope, "source": source, "secret": secret})
    else:
        typer.echo(secret)


@app.command(name="list")
def list_(store: _Store, json_: _Json = False) -> None:
    """List all keys, without their secrets. A server may go on meanwhile."""
    from sameas.api.http import list_keys
    from sameas.graph.store import open_store

    with open_store(store, create=False, readonly=True) as held:
        rows = list_keys(held)
    if json_:
        print_json(
            {
                "keys": [
                    {
                        "id": row.id,
                        "name": row.name,
                        "scopes": row.scopes.split(),
                        "source": row.source,
                        "created": _shown(row.created),
                        "revoked": _shown(row.revoked) or None,
                    }
                    for row in rows
                ]
            }
        )
        return
    heads = ["id", "name", "scopes", "source", "created", "revoked"]
    cells = [
        [row.id, row.name, row.scopes, row.source or "", _shown(row.created), _shown(row.revoked)]
        for row in rows
    ]
    people(stdout=True).print(table("Keys", heads, cells))


@app.command()
def revoke(
    key: Annotated[str, typer.Argument(help="The key's id, as `sameas key list` shows it.")],
    store: _Store,
) -> None:
    """End a key for good."""
    from sameas.api.http import revoke_key

    with _writing(store, create=False, instead=f"-X DELETE {{url}}/{safe(key)}") as held:
        revoke_key(held, key)
    people().print(f"   done  {safe(key)} opens nothing any more", soft_wrap=True)


def _writing(store: Path, *, create: bool, instead: str) -> SqliteStore:
    """The store, to be written to; if it is served, what to do instead."""
    from dataclasses import replace

    from sameas.graph.store import open_store

    try:
        return open_store(store, create=create)
    except StoreLockedError as error:
        rest = instead.format(
            url="http://127.0.0.1:8080/v1/keys", body='{"name": "...", "scopes": ["read"]}'
        )
        remedy = f"ask the server: curl -u $ADMIN_KEY: {rest}"
        raise StoreLockedError([replace(one, remedy=remedy) for one in error.faults]) from None


def _shown(micros: int | None) -> str:
    if micros is None:
        return ""
    return datetime.fromtimestamp(micros // 1_000_000, UTC).strftime("%Y-%m-%d %H:%M")

"""`sameas serve`: a store behind the HTTP API, until it is told to end."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sameas.api.cli.console import people, safe
from sameas.errors import Fault, InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console

    from sameas.api.http import Settings
    from sameas.engine.online.engine import Engine
    from sameas.engine.policy import Policy

__all__ = ["address", "open_engine", "serve"]

_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[^/?#\s]+")


def serve(
    store: Annotated[
        Path,
        typer.Option(
            "--store", envvar="SAMEAS_STORE", help="File of the store; made if it is not there."
        ),
    ],
    host: Annotated[
        str, typer.Option("--host", envvar="SAMEAS_HOST", help="Address to listen at.")
    ] = "127.0.0.1",
    port: Annotated[
        int,
        typer.Option("--port", envvar="SAMEAS_PORT", min=0, max=65535, help="0: any free one."),
    ] = 8080,
    policy: Annotated[
        Path | None,
        typer.Option("--policy", envvar="SAMEAS_POLICY", help="Policy file of a new store."),
    ] = None,
    model: Annotated[
        Path | None,
        typer.Option("--model", envvar="SAMEAS_MODEL", help="Model file of a new store."),
    ] = None,
    cors: Annotated[
        list[str] | None,
        typer.Option(
            "--cors",
            envvar="SAMEAS_CORS",
            help="Origin of web pages that may call; may be repeated.",
        ),
    ] = None,
    default_source: Annotated[
        str,
        typer.Option(
            "--default-source", envvar="SAMEAS_DEFAULT_SOURCE", help="Source of what names none."
        ),
    ] = "api",
    rate: Annotated[
        float,
        typer.Option(
            "--rate", envvar="SAMEAS_RATE", min=0, help="Requests a second and key; 0: no limit."
        ),
    ] = 20_000,
    collect_rate: Annotated[
        float,
        typer.Option(
            "--collect-rate",
            envvar="SAMEAS_COLLECT_RATE",
            min=0,
            help="The same for keys that may only collect.",
        ),
    ] = 2_000,
    open_metrics: Annotated[
        bool,
        typer.Option("--open-metrics", envvar="SAMEAS_OPEN_METRICS", help="/metrics needs no key."),
    ] = False,
    no_docs: Annotated[
        bool,
        typer.Option(
            "--no-docs", envvar="SAMEAS_NO_DOCS", help="Leave out /docs and /openapi.json."
        ),
    ] = False,
    grace: Annotated[
        float,
        typer.Option(
            "--grace", envvar="SAMEAS_GRACE", min=0, help="Seconds that calls have at the end."
        ),
    ] = 30,
    quiet: Annotated[
        bool,
        typer.Option("--quiet", "-q", envvar="SAMEAS_QUIET", help="Log failures only."),
    ] = False,
) -> None:
    """Serve a store over HTTP until Ctrl-C or SIGTERM; the first start prints a key."""
    from sameas.api.http import Settings, listen
    from sameas.api.http import serve as run

    settings = Settings(
        host=host,
        port=port,
        default_source=default_source,
        origins=_origins(one for given in cors or () for one in given.split()),
        rate=rate,
        burst=2 * rate,
        collect_rate=collect_rate,
        collect_burst=2 * collect_rate,
        open_metrics=open_metrics,
        docs=not no_docs,
        log_requests=not quiet,
        grace=grace,
    )
    console = people()
    with listen(host, port) as at, open_engine(store, policy=policy, model=model) as engine:
        url = address(host, at.getsockname()[1])
        run(engine, settings, at=at, told=lambda: _announce(console, engine, settings, store, url))


def _origins(given: Iterable[str]) -> tuple[str, ...]:
    """Origins as browsers name them: one with a path would never be met."""
    found = tuple(given)
    faults = [
        Fault(f"--cors {one}", "is no origin", "write https://shop.example, without a path, or *")
        for one in found
        if one != "*" and not _ORIGIN.fullmatch(one)
    ]
    if faults:
        raise InputError(faults)
    return found


def open_engine(store: Path, *, policy: Path | None = None, model: Path | None = None) -> Engine:
    """The engine of a store's file, its erase key beside it; both are made if need be.

    Raises:
        InputError: a policy or a model is given for a store that has another.
        PolicyError: the policy file has faults.
        ModelError: the model file has faults.
        SameasError: the store cannot be opened.
    """
    from sameas.engine import policy as policies
    from sameas.engine.batch.matching import read_model
    from sameas.engine.online.engine import Engine
    from sameas.engine.online.erase_key import erase_key_of
    from sameas.engine.online.loading import fact
    from sameas.graph.store import open_store
    from sameas.matching.model import to_json

    rules = None if policy is None else policies.load(policy)
    held = open_store(store)
    try:
        known = fact(held, "policy")
        if known is not None and rules is not None:
            _same(policies.loads(known), rules, policy)
            rules = None
        text = None if model is None else to_json(read_model(model))
        if known is not None and text is not None:
            _same_model(fact(held, "model"), text, model)
            text = None
        return Engine(held, policy=rules, model=text, erase_key=erase_key_of(store))
    except BaseException:
        held.close()
        raise


def _same(known: Policy, given: Policy, file: Path | None) -> None:
    """Go on, if a store has the policy that is given."""
    if known != given:
        raise InputError(
            Fault(
                f"--policy {file}",
                "the store has another policy",
                "leave it out; POST /v1/policy/preview tries it, PUT /v1/policy changes to it",
            )
        )


def _same_model(known: str | None, given: str, file: Path | None) -> None:
    """Go on, if a store has the model that is given."""
    if known != given:
        raise InputError(
            Fault(
                f"--model {file}",
                "the store has another model, or none",
                "leave it out; PUT /v1/model changes to it",
            )
        )


def address(host: str, port: int) -> str:
    """Where a server is, as a URL."""
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _announce(console: Console, engine: Engine, settings: Settings, store: Path, url: str) -> None:
    """Say where the server is; to the first who starts it, with a key."""
    from rich.text import Text

    from sameas.api.http import first_key, is_loopback

    lines = [("store", safe(store)), ("listen", url + ("/docs" if settings.docs else ""))]
    if is_loopback(settings.host):
        with engine.reader() as reader:
            secret = first_key(engine, reader)
        if secret is not None:
            lines += [("key", f"{secret}  (admin; it is shown this once)")]
            lines += [("try", f"curl -u {secret}: {url}/v1/policy")]
    lines += [("end", "Ctrl-C")]
    for label, text in lines:
        console.print(Text.assemble((f"{label:>7}  ", "bold"), text), soft_wrap=True)

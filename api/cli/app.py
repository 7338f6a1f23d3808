"""The commands of `sameas` put together; the one place that turns errors into exit codes."""

from __future__ import annotations

from typing import Annotated

import typer
from typer.core import TyperGroup

from sameas.api.cli import (
    backup,
    demo,
    dump,
    evaluate,
    key,
    load,
    model,
    policy,
    resolve,
    review,
    serve,
    train,
    verify,
)
from sameas.errors import SameasError

__all__ = ["app"]


class _Guarded(TyperGroup):
    """Runs commands; what sameas reports becomes a message on stderr, anything else stays."""

    def invoke(self, ctx: typer.Context) -> object:  # type: ignore[override]
        try:
            return super().invoke(ctx)
        except SameasError as error:
            from sameas.api.cli.console import report

            report(error)
            raise typer.Exit(error.exit_code) from None
        except KeyboardInterrupt:
            typer.echo("sameas: interrupted", err=True)
            raise typer.Exit(130) from None


app = typer.Typer(
    name="sameas",
    cls=_Guarded,
    help="Who is this? Turns the identifiers of many systems into customer profiles.",
    epilog="Exit codes: 0 done, 1 a difference that was asked about, 2 unusable input.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(value: bool) -> None:
    if value:
        from sameas import __version__

        typer.echo(f"sameas {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    pass


app.command(name="resolve")(resolve.resolve)
app.command(name="evaluate")(evaluate.evaluate)
app.add_typer(policy.app, name="policy")
app.command(name="train")(train.train)
app.add_typer(model.app, name="model")
app.command(name="serve")(serve.serve)
app.add_typer(key.app, name="key")
app.command(name="load")(load.load)
app.command(name="dump")(dump.dump)
app.command(name="review")(review.review)
app.command(name="verify")(verify.verify)
app.command(name="backup")(backup.backup)
app.command(name="demo")(demo.demo)

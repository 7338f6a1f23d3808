"""`sameas review`: the review queue in a terminal, two records side by side."""

from __future__ import annotations

import secrets
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sameas.api.cli.console import people, percent, print_json, safe
from sameas.errors import Fault, InputError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from sameas.engine.online.engine import Engine
    from sameas.engine.online.view.answers import ReviewItem

__all__ = ["review"]

_PAGE = 20
_KEYS = {"s": "same", "d": "different", "k": "skip", "q": "quit"}


def review(
    store: Annotated[Path, typer.Option("--store", help="File of the store; nobody serves it.")],
    author: Annotated[str, typer.Option("--author", help="Who decides.")] = "",
    limit: Annotated[
        int, typer.Option("--limit", min=1, help="With --json: items at most, about.")
    ] = 100,
    json_: Annotated[
        bool, typer.Option("--json", help="Write the queue to stdout, and ask nothing.")
    ] = False,
) -> None:
    """Go through the pairs of profiles that somebody should look at, the likeliest first.

    Each answer is a judgement, and settles its pair for good: s, one person; d, never; k, not now.
    """
    console = people()
    if json_:
        print_json({"items": _listed(store, limit)})
        return
    from sameas.api.cli.serve import open_engine

    if not store.is_file():
        _listed(store, 1)  # says what is wrong
    if not sys.stdin.isatty():
        raise InputError(
            Fault("stdin", "is no terminal to answer in", "--json writes the queue to stdout")
        )
    decided = dict.fromkeys(_KEYS.values(), 0)
    with open_engine(store) as engine:
        after = ""
        while True:
            with engine.view() as view:
                page = view.review(after=after, limit=_PAGE)
            for item in page.items:
                answer = _asked(console, engine, item, author)
                if answer == "gone":
                    continue
                decided[answer] += 1
                if answer == "quit":
                    break
            if decided["quit"] or page.next is None:
                break
            after = page.next
    told = ", ".join(f"{decided[one]:,} {one}" for one in ("same", "different", "skip"))
    console.print(f"   done  {told}")


def _listed(store: Path, limit: int) -> list[object]:
    """The queue as plain values."""
    import msgspec

    from sameas.engine.online.loading import fact
    from sameas.engine.online.rules import Rules
    from sameas.engine.online.view import View
    from sameas.engine.policy import loads
    from sameas.graph.store import open_store

    with open_store(store, create=False, readonly=True) as held, held.snapshot() as reader:
        rules = Rules(loads(fact(reader, "policy") or ""), fact(reader, "model"))
        page = View(reader, rules).review(limit=limit)
    found: list[object] = msgspec.to_builtins(page.items)
    return found


def _asked(console: Console, engine: Engine, item: ReviewItem, author: str) -> str:
    """Show an item and take the answer; `gone`: an answer before has settled it."""
    from sameas.errors import EngineError
    from sameas.graph.model import Judgement

    try:
        with engine.view() as view:
            left, right = view.sides_of(item.id)
            now = {view.profile_of(one) for one in (left, right)}
    except EngineError:
        return "gone"
    if len(now) < 2:
        return "gone"
    console.print(_shown(item))
    kind = _KEYS[_key()]
    if kind in ("same", "different"):
        word = Judgement(
            f"j_{secrets.token_hex(8)}",
            kind,  # type: ignore[arg-type]  # one of the two, as asked
            frozenset({left}),
            frozenset({right}),
            time.time_ns() // 1_000,
            author,
        )
        engine.judge(word).result()
    return kind


def _key() -> str:
    """One of the keys, asked for until it is one."""
    while True:
        typer.echo("[s]ame  [d]ifferent  s[k]ip  [q]uit: ", nl=False, err=True)
        try:
            pressed = typer.getchar().lower()
        except (EOFError, KeyboardInterrupt):
            pressed = "q"
        if pressed in ("\x04", "\x03", ""):
            pressed = "q"
        typer.echo(pressed, err=True)
        if pressed in _KEYS:
            return pressed


def _shown(item: ReviewItem) -> Table:
    """Two records side by side, with what each field says."""
    from rich.table import Table

    title = f"{item.weight:+.1f} bits"
    if item.probability is not None:
        title += f", one person with {percent(item.probability)}"
    if item.constraint is not None:
        title += f"; refused: {item.constraint} {', '.join(item.against)}".rstrip()
    shown = Table(title=safe(title), title_justify="left")
    shown.add_column("")
    shown.add_column(safe(item.left.record), overflow="fold")
    shown.add_column(safe(item.right.record), overflow="fold")
    shown.add_column("bits", justify="right")
    if item.fields:
        before = item.weight - sum(one.weight for one in item.fields)
        shown.add_row("before all", "", "", f"{before:+.1f}")
    for one in item.fields:
        bits = "" if one.level == "missing" else f"{one.weight:+.1f}"
        shown.add_row(safe(one.field), safe(one.left), safe(one.right), bits)
    known = {one.field for one in item.fields}
    for trait in sorted((item.left.traits.keys() | item.right.traits.keys()) - known):
        sides = (item.left.traits.get(trait, ""), item.right.traits.get(trait, ""))
        shown.add_row(safe(trait), *map(safe, sides), "", style="dim")
    ends = ("\n".join(map(safe, side.identifiers)) for side in (item.left, item.right))
    shown.add_row("identifiers", *ends, "", style="dim")
    shown.add_row("profile", item.left.profile_id, item.right.profile_id, "", style="dim")
    return shown

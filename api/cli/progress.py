"""Bars for people: one a stage, on stderr, and none where nobody watches."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sameas.api.cli.console import safe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.console import Console

__all__ = ["bars"]


@contextmanager
def bars(console: Console) -> Iterator[Callable[[str, int, int | None], None]]:
    """Gives a function that is told a stage, how far it is, and of how much."""
    from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description:<14}"),
        BarColumn(),
        TextColumn("{task.completed:>14,}"),
        TimeElapsedColumn(),
    )
    known: dict[str, TaskID] = {}
    # a log wants no bars
    with Progress(*columns, console=console, disable=not console.is_terminal) as shown:

        def report(stage: str, done: int, total: int | None) -> None:
            if stage not in known:
                known[stage] = shown.add_task(safe(stage), total=total)
            shown.update(known[stage], completed=done, total=total)

        yield report

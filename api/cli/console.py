"""What commands print: stderr is for people, stdout for answers, and no data is printed raw.

A value from a file may hold escape sequences; `safe` makes them visible instead of obeyed.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from sameas.errors import SameasError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

__all__ = ["people", "percent", "print_json", "report", "safe", "table"]


def people(*, stdout: bool = False, quiet: bool = False) -> Console:
    """The console on stderr, or on stdout. A pipe gets no colours and lines of 120 columns.

    Text is printed as it is: `[/b]` and `:100:` may be somebody's values, or part of a path.
    """
    from rich.console import Console

    piped = not (sys.stdout if stdout else sys.stderr).isatty()
    return Console(
        stderr=not stdout,
        quiet=quiet,
        highlight=False,
        markup=False,
        emoji=False,
        width=120 if piped else None,
    )


def safe(value: object) -> str:
    r"""Text that a terminal shows and does not obey.

    >>> safe("a\x1b[31mb\nc")
    'a\\x1b[31mb\\nc'
    """
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode("ascii")
        for char in str(value)
    )


def table(title: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    """A table of data; columns whose every value is a number are right-aligned."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    rows = [list(row) for row in rows]
    made = Table(
        title=Text(safe(title)), title_justify="left", box=box.SIMPLE_HEAD, title_style="bold"
    )
    for place, head in enumerate(heads):
        numeric = bool(rows) and all(isinstance(row[place], int | float) for row in rows)
        made.add_column(head, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        made.add_row(*(Text(_shown(value)) for value in row))
    return made


def _shown(value: object) -> str:
    return f"{value:,}" if type(value) is int else safe(value)


def percent(share: float) -> str:
    """A share as people read it; what is nearly all or nothing is not rounded to it.

    >>> percent(0.5), percent(0.9995), percent(0.00001), percent(1.0)
    ('50.0 %', '>99.9 %', '<0.1 %', '100.0 %')
    """
    if 0 < share < 0.001:
        return "<0.1 %"
    if 0.999 < share < 1:
        return ">99.9 %"
    return f"{share:.1%}".replace("%", " %")


def print_json(document: Mapping[str, object]) -> None:
    """One JSON document on stdout, nothing else."""
    # ASCII: stdout may be a pipe in any encoding.
    sys.stdout.write(json.dumps(document, indent=2, default=str) + "\n")


def report(error: SameasError) -> None:
    """All faults of an error on stderr, one a line."""
    from rich.text import Text

    console = people()
    for fault in error.faults:
        line = Text("error: ", style="bold red")
        line.append(safe(fault.where) + ": " if fault.where else "", style="bold")
        line.append(safe(fault.what), style="not bold default")
        console.print(line, soft_wrap=True)
        if fault.remedy:
            console.print(Text(f"       {safe(fault.remedy)}"), soft_wrap=True)

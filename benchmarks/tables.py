"""Tables of results for a terminal: every row is shown in full, never cut."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["lines", "show"]


def lines(rows: Sequence[Mapping[str, object]]) -> list[str]:
    """The rows as aligned lines under a heading; numbers right, words left, a gap for no value.

    >>> for line in lines([{"set": "a", "n": 1200}, {"set": "b", "n": 7, "f": 0.5}]): print(line)
    set      n    f
    a    1,200
    b        7  0.5
    """
    heads = list(dict.fromkeys(head for row in rows for head in row))
    cells = [[_cell(row.get(head)) for head in heads] for row in rows]
    widths = [
        max(len(head.strip()), *(len(line[place]) for line in cells))
        for place, head in enumerate(heads)
    ]
    right = [all(_numeric(line[place]) for line in cells) for place in range(len(heads))]

    def line(texts: Sequence[str]) -> str:
        parts = [
            text.strip().rjust(width) if is_right else text.strip().ljust(width)
            for text, width, is_right in zip(texts, widths, right, strict=True)
        ]
        return "  ".join(parts).rstrip()

    return [line(heads), *map(line, cells)] if cells else []


def show(rows: Sequence[Mapping[str, object]]) -> None:
    """Print them."""
    print("\n".join(lines(rows)), flush=True)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _numeric(text: str) -> bool:
    return not text or text[0].isdigit() or text[0] in "-."

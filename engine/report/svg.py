"""Small charts as inline SVG: no script, no font of their own, colours from the page's CSS.

Every chart has a title and a description for those who cannot see it, and its size depends on the
number of bars only, which is bounded.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from markupsafe import Markup, escape

from sameas.engine.report.text import count

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Bin", "bins", "histogram", "stack"]

WIDTH: Final = 560
HEIGHT: Final = 220
LEFT: Final = 46
BOTTOM: Final = 40
TOP: Final = 22
FOOT: Final = 0.15
"""Height of a bar of one, in decades: on a log scale it would be nothing, and must be seen."""


@dataclass(frozen=True, slots=True)
class Bin:
    """Sizes `low` to `high` inclusive, and how many have one of them."""

    low: int
    high: int
    number: int

    @property
    def label(self) -> str:
        """The sizes in words short enough for an axis."""
        return (
            _short(self.low)
            if self.low == self.high
            else f"{_short(self.low)}\u2013{_short(self.high)}"
        )


def bins(sizes: Mapping[int, int]) -> tuple[Bin, ...]:
    """Sizes in bins that double (1, 2, 3-4, 5-8, ...): at most 64, empty ones in between kept.

    >>> [(bar.low, bar.high, bar.number) for bar in bins({1: 9, 3: 2, 4: 1, 5: 1})]
    [(1, 1, 9), (2, 2, 0), (3, 4, 3), (5, 8, 1)]
    """
    found: dict[int, int] = {}
    for size, number in sizes.items():
        if size >= 1 and number > 0:
            place = (size - 1).bit_length()
            found[place] = found.get(place, 0) + number
    if not found:
        return ()
    places = range(max(found) + 1)
    return tuple(
        Bin(2 ** (place - 1) + 1 if place else 1, 2**place, found.get(place, 0)) for place in places
    )


def histogram(name: str, bars: Sequence[Bin], *, title: str, unit: str, noun: str) -> Markup:
    """Bars over doubling sizes, their heights on a log scale, the count on top of each.

    `name` is unique on the page; `unit` is what sizes count, `noun` what the bars count.
    """
    if not bars:
        return Markup()
    most = max(bar.number for bar in bars)
    decades = max(1, math.ceil(math.log10(max(most, 2)) + 0.02))
    plot = HEIGHT - TOP - BOTTOM
    step = (WIDTH - LEFT - 8) / max(len(bars), 6)
    # About 7 units a character, so that labels never touch.
    every = math.ceil(max(len(bar.label) + 1 for bar in bars) * 7 / step)
    parts = [_opening(name, HEIGHT, title, _spoken(bars, unit, noun))]
    for decade in range(decades + 1):
        y = TOP + plot - plot * (decade + FOOT) / (decades + FOOT)
        parts.append(
            f'<line class="grid" x1="{LEFT}" x2="{WIDTH}" y1="{y:.1f}" y2="{y:.1f}"/>'
            f'<text class="tick" x="{LEFT - 6}" y="{y + 3.5:.1f}" text-anchor="end">'
            f"{_short(10**decade)}</text>"
        )
    for place, bar in enumerate(bars):
        middle = LEFT + step * (place + 0.5) + 4
        share = (math.log10(bar.number) + FOOT) / (decades + FOOT) if bar.number else 0.0
        height = plot * share
        top = TOP + plot - height
        if bar.number:
            tip = escape(f"{count(bar.number)} {noun} of {bar.label} {unit}")
            parts.append(
                f'<rect class="bar" x="{middle - step * 0.39:.1f}" y="{top:.1f}" rx="2"'
                f' width="{step * 0.78:.1f}" height="{height:.1f}"><title>{tip}</title></rect>'
                f'<text class="value" x="{middle:.1f}" y="{top - 5:.1f}" text-anchor="middle">'
                f"{count(bar.number) if bar.number < 10_000 else _short(bar.number)}</text>"
            )
        if place % every == 0:
            parts.append(
                f'<text class="tick" x="{middle:.1f}" y="{HEIGHT - BOTTOM + 15}"'
                f' text-anchor="middle">{bar.label}</text>'
            )
    parts.append(
        f'<text class="axis" x="{(WIDTH + LEFT) / 2:.0f}" y="{HEIGHT - 6}" text-anchor="middle">'
        f"{escape(unit)}</text></svg>"
    )
    return _markup(parts)


def stack(name: str, parts: Sequence[tuple[str, int]], *, title: str) -> Markup:
    """One horizontal bar of labelled shares; each part's label is its CSS class too."""
    total = sum(number for _, number in parts)
    spoken = ", ".join(f"{label} {count(number)}" for label, number in parts)
    pieces = [_opening(name, 12, title, spoken, fill=True)]
    left = 0.0
    for label, number in parts:
        width = WIDTH * number / total if total else 0.0
        if number:
            # A sliver still shows that there is something.
            pieces.append(
                f'<rect class="s-{escape(label)}" x="{left:.2f}" y="0" height="12"'
                f' width="{max(width, 1.5):.2f}"><title>{escape(label)}: {count(number)}</title>'
                "</rect>"
            )
        left += width
    return _markup([*pieces, "</svg>"])


def _opening(name: str, height: int, title: str, spoken: str, *, fill: bool = False) -> str:
    stretch = ' preserveAspectRatio="none" class="stack"' if fill else ' class="chart"'
    return (
        f'<svg role="img" viewBox="0 0 {WIDTH} {height}"{stretch}'
        f' aria-labelledby="{name}-t {name}-d"><title id="{name}-t">{escape(title)}</title>'
        f'<desc id="{name}-d">{escape(spoken)}</desc>'
    )


def _markup(parts: Sequence[str]) -> Markup:
    return Markup("".join(parts))  # noqa: S704 - made of numbers and of text escaped above


def _spoken(bars: Sequence[Bin], unit: str, noun: str) -> str:
    filled = [f"{count(bar.number)} {noun} of {bar.label} {unit}" for bar in bars if bar.number]
    return "; ".join(filled)


def _short(number: int) -> str:
    for power, letter in ((10**12, "T"), (10**9, "G"), (10**6, "M"), (10**3, "k")):
        if number >= power:
            short = f"{number / power:.1f}".removesuffix(".0")
            return f"{short}{letter}"
    return str(number)

"""Numbers, times and foreign text as a person reads them; every text is cut to a bounded length."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta
from typing import Final

__all__ = ["count", "cut", "duration", "minute", "moment", "percent", "plural"]

LENGTH: Final = 80


def cut(value: object, length: int = LENGTH) -> str:
    r"""Text of one line, of `length` characters at most; what cannot be seen is shown as a dot.

    >>> cut("a" * 9, 5)
    'aaaa…'
    >>> cut("two\nlines")
    'two·lines'
    """
    # Cut before looking at characters: a value may be megabytes long.
    text = ("" if value is None else str(value))[: length + 1]
    # Control and format characters could break the line or turn the text around (bidi overrides).
    seen = "".join(
        "·"
        if unicodedata.category(one) in {"Cc", "Cf", "Cs", "Zl", "Zp"} and one != "\u200d"
        else one
        for one in text
    )
    return seen if len(seen) <= length else seen[: length - 1] + "…"


def count(number: float) -> str:
    """Whole number with separators.

    >>> count(1234567)
    '1,234,567'
    """
    return f"{round(number):,}"


def percent(part: float, whole: float) -> str:
    """Share with a sensible number of digits; never 0 or 100 unless it is.

    >>> percent(1, 3), percent(1, 10**6), percent(999_999, 10**6), percent(0, 0)
    ('33%', '<0.1%', '>99.9%', '0%')
    """
    share = 100 * part / whole if whole else 0.0
    if share in {0.0, 100.0}:
        return f"{share:.0f}%"
    if share < 0.1:
        return "<0.1%"
    if share > 99.9:
        return ">99.9%"
    return f"{share:.1f}%" if share < 10 or share > 90 else f"{share:.0f}%"


def plural(number: float, one: str, many: str = "") -> str:
    """Count with its noun.

    >>> plural(1, "record"), plural(2, "record"), plural(2000, "person", "people")
    ('1 record', '2 records', '2,000 people')
    """
    return f"{count(number)} {one if number == 1 else many or one + 's'}"


def moment(micros: object) -> str:
    """Minute in UTC of microseconds since the epoch.

    >>> moment(0), moment(None)
    ('1970-01-01 00:00', '')
    """
    if not isinstance(micros, int | float):
        return ""
    try:
        when = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)
    except OverflowError:
        return "out of range"
    return f"{when:%Y-%m-%d %H:%M}"


def minute(iso: str) -> str:
    """Minute in UTC of a time with its offset in ISO 8601; any other text as it is.

    >>> minute("2024-03-01T08:30:12.5+02:00"), minute("today")
    ('2024-03-01 06:30 UTC', 'today')
    """
    try:
        when = datetime.fromisoformat(iso)
        return iso if when.tzinfo is None else f"{when.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    except (ValueError, OverflowError):
        return iso


def duration(seconds: float) -> str:
    """Time taken.

    >>> duration(0.0042), duration(12.34), duration(754)
    ('4 ms', '12.3 s', '12 min 34 s')
    """
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{seconds // 60:.0f} min {seconds % 60:.0f} s"

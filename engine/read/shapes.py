"""What the values of a column look like, as shares of a sample.

Shares are of the values that are there: an empty column has no shape, which is not the same as
having values of another shape.
"""

from __future__ import annotations

from functools import cached_property

import pyarrow as pa
import pyarrow.compute as pc

from sameas.engine.read.times import to_micros

__all__ = ["Shape"]

_EMAIL = r"^[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]{2,}$"
# Devanagari, Arabic and Persian digits are digits too.
_PHONE = r"^(?:tel:)?[+(]?[\d०-९٠-٩۰-۹][\d०-९٠-٩۰-۹ ()./\-]{5,22}(?: ?(?:x|ext\.?) ?\d{1,6})?$"  # noqa: RUF001
_PLUS = r"^(?:\+|00)[1-9][\d ()./\-]{6,22}$"
_YEAR = r"^(?:1[89]|20)\d\d(?:\.0)?$"
_MONTH = r"^(?:0?[1-9]|1[0-2])(?:\.0)?$"
_DAY = r"^(?:0?[1-9]|[12]\d|3[01])(?:\.0)?$"
_FLAG = r"^(?i:true|false|yes|no|y|n|t|f|0|1)$"


class Shape:
    """One column's sample; each share is counted when it is asked for, once.

    >>> shape = Shape(pa.array(["ann@example.com", None, "bob@example.com", "-"]))
    >>> shape.filled, round(shape.email, 2), shape.example
    (3, 0.67, 'ann@example.com')
    """

    def __init__(self, values: pa.StringArray) -> None:
        text = pc.utf8_trim_whitespace(values).drop_null()
        self._text: pa.StringArray = text.filter(pc.not_equal(text, ""))
        self.filled = len(self._text)
        """Values that are neither null nor blank."""
        self.share_filled = self.filled / len(values) if len(values) else 0.0
        self.example: str = self._text[0].as_py() if self.filled else ""

    def _share(self, pattern: str) -> float:
        if not self.filled:
            return 0.0
        hits = pc.sum(pc.match_substring_regex(self._text, pattern)).as_py()
        return float(hits or 0) / self.filled

    @cached_property
    def distinct(self) -> int:
        """Different values."""
        return int(pc.count_distinct(self._text).as_py())

    @property
    def unique(self) -> float:
        """Distinct values as a share of the values that are there; 0 if there are none."""
        return self.distinct / self.filled if self.filled else 0.0

    @cached_property
    def email(self) -> float:
        return self._share(_EMAIL)

    @cached_property
    def phone(self) -> float:
        """Of 7 to 21 digits: national or international, with an extension or without."""
        if not self.filled:
            return 0.0
        digits = pc.utf8_length(pc.replace_substring_regex(self._text, r"\D", ""))
        fits = pc.and_(pc.greater_equal(digits, 7), pc.less_equal(digits, 21))
        hits = pc.sum(pc.and_(pc.match_substring_regex(self._text, _PHONE), fits)).as_py()
        return float(hits or 0) / self.filled

    @cached_property
    def international(self) -> float:
        """Phones with a country code in front."""
        return self._share(_PLUS)

    @cached_property
    def time(self) -> float:
        """Values that can be read as a time."""
        times = to_micros(self._text)[0]
        return (self.filled - times.null_count) / self.filled if self.filled else 0.0

    @cached_property
    def year(self) -> float:
        """Numbers from 1800 to 2099."""
        return self._share(_YEAR)

    @cached_property
    def month(self) -> float:
        """Numbers from 1 to 12."""
        return self._share(_MONTH)

    @cached_property
    def day(self) -> float:
        """Numbers from 1 to 31."""
        return self._share(_DAY)

    @cached_property
    def flag(self) -> float:
        """Words for yes and no."""
        return self._share(_FLAG)

    @cached_property
    def one_word(self) -> float:
        """Values without a blank inside."""
        return 1.0 - self._share(r"\s")

    @cached_property
    def several_words(self) -> float:
        """Values of two to five words without a digit, as people are called."""
        return self._share(r"^[^\d@\s]+(?:\s+[^\d@\s]+){1,4}$")

    def hashes(self, digits: int) -> float:
        """Hexadecimal digests of so many digits."""
        return self._share(f"^[0-9a-fA-F]{{{digits}}}$")

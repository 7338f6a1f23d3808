"""Dates: `yyyy-mm-dd`, or `yyyy-mm` or `yyyy` where no more is said.

A date that nobody was born on or moved on, but that forms are filled with (1900-01-01, the epoch,
9999-12-31), is nothing. A year of two digits is the one of 1926 to 2025.
"""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sameas.matching.names.latin import to_latin

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["BIRTH_PARTS", "date", "date_of", "month_comes_first"]

BIRTH_PARTS = ("birth_year", "birth_month", "birth_day")
"""Traits that are a date together."""

_FILLERS = frozenset(
    [
        "1900-01-01",
        "1899-12-30",
        "1899-12-31",
        "1901-01-01",
        "1970-01-01",
        "1753-01-01",
        "1111-11-11",
        "1800-01-01",
        "1700-01-01",
        "1000-01-01",
        "9999-12-31",
        "9999-01-01",
        "2999-12-31",
        "1900",
        "1900-01",
    ]
)
_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_LEADING_ISO = re.compile(r"(\d{4})[-/._ ](\d{1,2})[-/._ ](\d{1,2})(?:[ T,].*)?")
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:[T ]?\d{4,6}Z?)?")
_LOCAL = re.compile(r"(\d{1,2})[-/._ ]+(\d{1,2})[-/._ ]+(\d{4}|\d\d)(?:[ ,T].*)?")
_MONTH = re.compile(r"(\d{4})[-/._](\d{1,2})")
_YEAR = re.compile(r"(1[5-9]\d\d|20\d\d)")
_EPOCH = re.compile(r"-?\d{9,19}(?:\.\d*)?")
_CJK = re.compile(r"(\d{4})\s*[年년]\s*(?:(\d{1,2})\s*[月월]\s*(?:(\d{1,2})\s*[日일])?)?")
_USUAL = re.compile(r"([A-Za-z]+)\.? (\d{1,2}),? (\d{4})", re.ASCII)
_PIVOT = 25
_WORDS = """
jan january januar janvier enero ene gennaio janeiro stycznia sty sichnya yanvarya ocak
feb february februar fevrier fev febrero febbraio fevereiro lutego lut lyutogo fevralya\
 subat
mar march marz maerz mrz mars marzo marco marca bereznya marta mart
apr april avril avr abril abr aprile kwietnia kwi kvitnya aprelya nisan
may mai mayo maggio maio maja travnya maya mayis
jun june juni juin junio giugno junho czerwca cze chervnya iyunya haziran
jul july juli juillet julio luglio julho lipca lip lypnya iyulya temmuz
aug august aout agosto ago sierpnia sie serpnya avgusta agustos
sep sept september septembre septiembre settembre setembro wrzesnia wrz veresnya sentyabrya eylul
oct october oktober okt octobre octubre ottobre outubro pazdziernika paz zhovtnya oktyabrya ekim
nov november novembre noviembre novembro listopada lis lystopada noyabrya kasim
dec december dezember dez decembre diciembre dic dicembre dezembro grudnia gru grudnya dekabrya\
 aralik
"""
_MONTHS = {word: n for n, row in enumerate(_WORDS.split("\n")[1:-1], 1) for word in row.split()}


def _checked(year: int, month: int, day: int) -> str:
    """The canonical text, or nothing if there is no such day."""
    if not (1500 <= year <= 2200 and 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]):
        return ""
    found = f"{year:04d}-{month:02d}-{day:02d}"
    return "" if found in _FILLERS else found


def _full_year(text: str) -> int:
    year = int(text)
    return year if len(text) > 2 else year + (2000 if year <= _PIVOT else 1900)


def _local(first: int, second: int, year: int, *, month_first: bool) -> str:
    if month_first and first <= 12:
        return _checked(year, first, second)
    if second > 12:
        return _checked(year, first, second)
    return _checked(year, second, first)


def _named(text: str) -> str:
    """A date with the month as a word, in any order."""
    usual = _USUAL.fullmatch(text)
    if usual and (month := _MONTHS.get(usual[1].lower(), 0)):
        return _checked(int(usual[3]), month, int(usual[2]))
    words = to_latin(text).replace("-", " ").split()
    month = next((_MONTHS[word] for word in words if word in _MONTHS), 0)
    if not month:
        return ""
    numbers = [re.sub(r"(?<=\d)(?:st|nd|rd|th|o|er)$", "", word) for word in words]
    numbers = [word for word in numbers if word.isdigit() and len(word) in {1, 2, 4}][:3]
    years = [word for word in numbers if len(word) == 4]
    rest = [word for word in numbers if len(word) < 4]
    if years and not rest:
        found = f"{int(years[0]):04d}-{month:02d}"
        return found if 1500 <= int(years[0]) <= 2200 and found not in _FILLERS else ""
    if years:
        return _checked(int(years[0]), month, int(rest[0]))
    if len(rest) < 2:
        return ""
    day, year = (rest[0], rest[1]) if int(rest[0]) <= 31 else (rest[1], rest[0])
    return _checked(_full_year(year.zfill(2)), month, int(day))


def _epoch(text: str) -> str:
    seconds = int(text.partition(".")[0])
    for unit in (1, 10**3, 10**6, 10**9):
        if abs(seconds) < 10**11 * unit:
            moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds // unit)
            return _checked(moment.year, moment.month, moment.day)
    return ""


def date(raw: str, *, month_first: bool = False) -> str:
    """The day that a text names; see the module.

    >>> [date(text) for text in ("1980-04-22", "22/4/1980", "19800422", "April 22nd, 1980")]
    ['1980-04-22', '1980-04-22', '1980-04-22', '1980-04-22']
    >>> date("4/22/80"), date("3/4/1980", month_first=True), date("1980"), date("1900-01-01")
    ('1980-04-22', '1980-03-04', '1980', '')
    """
    if (found := _ISO.fullmatch(raw)) and raw.isascii():
        return _checked(int(found[1]), int(found[2]), int(found[3]))
    text = raw[:80].strip()
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).strip()
        text = "".join(str(int(c)) if c.isdecimal() else c for c in text)
    if found := _LEADING_ISO.fullmatch(text):
        year, month, day = int(found[1]), int(found[2]), int(found[3])
        return _checked(year, day, month) if month > 12 else _checked(year, month, day)
    if found := _COMPACT.fullmatch(text):
        if readable := _checked(int(found[1]), int(found[2]), int(found[3])):
            return readable
        if len(text) == 8:  # ddmmyyyy and mmddyyyy
            first, second, year = int(text[:2]), int(text[2:4]), int(text[4:])
            return _local(first, second, year, month_first=month_first)
    if found := _LOCAL.fullmatch(text):
        year = _full_year(found[3])
        return _local(int(found[1]), int(found[2]), year, month_first=month_first)
    if found := _MONTH.fullmatch(text):
        short = f"{int(found[1]):04d}-{int(found[2]):02d}"
        fits = 1500 <= int(found[1]) <= 2200 and 1 <= int(found[2]) <= 12
        return short if fits and short not in _FILLERS else ""
    if _YEAR.fullmatch(text):
        return "" if text in _FILLERS else text
    if _EPOCH.fullmatch(text):
        return _epoch(text)
    if found := _CJK.match(text):
        return date("-".join(part for part in found.groups() if part))
    return _named(text)


def date_of(year: str, month: str, day: str) -> str:
    """The day that a year, a month and a day name, each a text of its own; `""` is not said.

    What cannot be is left out, the day first.

    >>> date_of("1980", "4", "22"), date_of("1980.0", "04.0", ""), date_of("80", "April", "31")
    ('1980-04-22', '1980-04', '1980-04')
    """
    said = [text.strip().removesuffix(".0") for text in (year, month, day)]
    if said[0].isdecimal() and len(said[0]) < 3:
        said[0] = str(_full_year(said[0]))
    if not said[1].isdecimal():
        said[1] = str(_MONTHS.get(to_latin(said[1]).strip(". "), ""))
    for width in (3, 2, 1):
        if all(said[:width]) and (found := date("-".join(said[:width]))):
            return found
    return ""


def month_comes_first(values: Iterable[str]) -> bool:
    """Whether more of these texts can only be read with the month before the day than after it.

    >>> month_comes_first(["03/04/1980", "03/25/1980"]), month_comes_first(["03/04/1980"])
    (True, False)
    """
    balance = 0
    for value in values:
        if found := _LOCAL.fullmatch(value.strip()[:80]):
            balance += (int(found[2]) > 12) - (int(found[1]) > 12)
    return balance > 0

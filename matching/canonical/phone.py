"""Phone numbers: E.164 by libphonenumber's rules, or the reason why a text is no number.

A number is accepted if its length is *possible* for its country, not only if it is *valid*: ranges
are opened every month and exports are old, so validity would drop real people. An extension names
a desk behind a switchboard, not the switchboard: it stays, as `+12025550143;ext=12` (RFC 3966).
"""

from __future__ import annotations

import re
from functools import cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneMetadata, ValidationResult

from sameas.matching.canonical.model import NOTHING, Options, Outcome
from sameas.matching.canonical.text import clean, compatible

__all__ = ["Plan", "phone", "plan"]

_E164 = re.compile(r"\+([1-9][0-9]{5,17})")
_FLOAT = re.compile(r"(\+?[0-9]{6,})\.0")
_SCIENTIFIC = re.compile(r"[0-9]([.,][0-9]+)?e\+?[0-9]{1,2}", re.IGNORECASE)
_BETWEEN = re.compile(
    r"[,;/|&\n]|\b(?:or|and|oder|und|ou|o|y|et|или|и)\b|(?<=[0-9 ])(?=\+)", re.IGNORECASE
)
_EXTENSION = re.compile(
    r"[,;(]?\s*\b(?:доб|доп|внутр|вн|poste|durchwahl|anexo|ramal)\b[.:]?\s*(?=\d)", re.IGNORECASE
)
_LABEL = re.compile(
    r"\s*[(\[]?\b(?:home|work|mobile|cell|office|main|fax|tel|phone|mob|[hwmco])\b\.?[)\]]?\s*$",
    re.IGNORECASE,
)
_ABROAD = re.compile(r"[\s(]*00[\s()./-]*(?=[1-9])")

_IMPOSSIBLE = {
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "area code is missing",
    ValidationResult.INVALID_COUNTRY_CODE: "country code does not exist",
    ValidationResult.TOO_SHORT: "too short",
    ValidationResult.TOO_LONG: "too long",
    ValidationResult.INVALID_LENGTH: "no number of its country has this length",
}
_UNREADABLE = {
    NumberParseException.INVALID_COUNTRY_CODE: "country code does not exist",
    NumberParseException.NOT_A_NUMBER: "not a phone number",
    NumberParseException.TOO_SHORT_AFTER_IDD: "too short",
    NumberParseException.TOO_SHORT_NSN: "too short",
    NumberParseException.TOO_LONG: "too long",
}


class Plan:
    """What libphonenumber knows of one country code, as far as whole E.164 numbers need it."""

    __slots__ = ("lengths", "prefix")

    def __init__(self, country_code: int) -> None:
        region = phonenumbers.region_code_for_country_code(country_code)
        data = PhoneMetadata.metadata_for_region_or_calling_code(country_code, region)
        general = data.general_desc if data else None
        local = general.possible_length_local_only if general else ()
        self.lengths = frozenset(general.possible_length if general else ()) - frozenset(local)
        pattern = data.national_prefix_for_parsing if data else None
        self.prefix: re.Pattern[str] | None = re.compile(pattern) if pattern else None

    def settled(self, national: str) -> bool:
        """Whether the library would give `national` back unchanged.

        It reads the country code, strips a national prefix if the pattern matches, and then tests
        the length; a leading zero is taken for Italian. Where none of these bites, parsing and
        formatting is the identity.
        """
        return (
            len(national) in self.lengths
            and national[0] != "0"
            and not (self.prefix and self.prefix.match(national))
        )


@cache
def plan(country_code: int) -> Plan | None:
    """The plan of a country code; None if it is not assigned."""
    known = country_code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE
    return Plan(country_code) if known else None


def phone(raw: str, options: Options) -> Outcome:
    """The number in E.164, with `;ext=` if it has an extension.

    >>> phone("(202) 555-0143 x12", Options()).value
    '+12025550143;ext=12'
    >>> phone("020 7946 0958", Options(default_region="GB")).value
    '+442079460958'
    >>> phone("555-0143", Options()).reason
    'area code is missing'
    """
    text = compatible(clean(raw))
    if not text:
        return NOTHING
    if found := _FLOAT.fullmatch(text):
        text = found[1]
    if _settled(text):
        return Outcome(text)
    if _SCIENTIFIC.fullmatch(text):
        return Outcome(None, "a spreadsheet's scientific notation: digits are lost")
    if sum(_digits(part) >= 7 for part in _BETWEEN.split(text)) > 1:
        return Outcome(None, "several numbers in one field")
    text = _EXTENSION.sub(" ext. ", _LABEL.sub("", text))
    first: Outcome | None = None
    for reading, region in _readings(text, options.default_region.upper()):
        outcome = _read(reading, region)
        if outcome.value is not None:
            return outcome
        first = first or outcome
    return first or Outcome(None, "not a phone number")


def _digits(text: str) -> int:
    return sum(character.isdigit() for character in text)


def _settled(text: str) -> bool:
    if not (found := _E164.fullmatch(text)):
        return False
    digits = found[1]
    for width in (1, 2, 3):
        if known := plan(int(digits[:width])):
            return known.settled(digits[width:])
    return False


def _readings(text: str, region: str) -> list[tuple[str, str]]:
    """The ways to read a number, the likeliest first.

    `00` is most of the world's way to dial abroad. Where the default region dials otherwise (the
    US: `011`) people still write it, so it is tried first unless the region gives it a meaning.
    """
    readings = [(text, region)]
    if not (found := _ABROAD.match(_ascii_digits(text))):
        return readings
    abroad = ("+" + text[found.end() :], region)
    data = PhoneMetadata.metadata_for_region(region, None)
    own = data.international_prefix if data else None
    dials_so = own and re.match(own, re.sub(r"\D", "", _ascii_digits(text)))
    return [*readings, abroad] if dials_so else [abroad, *readings]


def _ascii_digits(text: str) -> str:
    """Digits of any script as ASCII."""
    if text.isascii():
        return text
    return "".join(str(int(c)) if c.isdecimal() else c for c in text)


def _read(text: str, region: str) -> Outcome:
    """Parse until parsing changes nothing: a prefix may hide behind a prefix."""
    text = _ascii_digits(text)
    for _ in range(4):
        try:
            number = phonenumbers.parse(text, region)
        except NumberParseException as error:
            if not phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(
                phonenumbers.country_code_for_region(region)
            ) and not text.startswith("+"):
                return Outcome(
                    None, f"no country code, and the default region {region!r} is unknown"
                )
            if 0 < _digits(text) < 3 and not re.search(r"[^\W\d_]", text):
                return Outcome(None, "too short")
            return Outcome(None, _UNREADABLE.get(error.error_type, "not a phone number"))
        verdict = phonenumbers.is_possible_number_with_reason(number)
        if verdict != ValidationResult.IS_POSSIBLE:
            return Outcome(None, _IMPOSSIBLE.get(verdict, "not a possible number"))
        written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        if number.extension:
            written += f";ext={_ascii_digits(number.extension)}"
        if written == text:
            return Outcome(text)
        text = written
    return Outcome(None, "its prefixes can be read in several ways")

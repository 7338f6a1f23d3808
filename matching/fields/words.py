"""Free text, organisations, numbers and codes."""

from __future__ import annotations

import re
from decimal import Decimal, DecimalException

from sameas.matching.canonical.junk import WORDS
from sameas.matching.canonical.text import clean, compatible
from sameas.matching.names.latin import to_latin

__all__ = ["code", "is_nothing", "number", "organisation", "text"]

_MOST = Decimal(10) ** 15
_LEGAL_WORDS = """
inc incorporated corp corporation co company llc llp lp ltd limited plc pty gmbh ag kg kgaa ug ohg
gbr ev se sa sarl sas sasu srl spa snc sl slu sau bv nv vof ab as asa aps oy oyj zoo spzoo sp jsc
ooo oao zao pao tov at dat pt tbk sdn bhd pte kk gk cv sapi ltda eireli eurl
"""
_LEGAL = frozenset(_LEGAL_WORDS.split())
_AND = frozenset(["the", "and", "und", "et", "y", "of"])


def is_nothing(latin: str) -> bool:
    """Whether a romanised text says that there is no value.

    >>> is_nothing("not available"), is_nothing("n a"), is_nothing("zurich")
    (True, True, False)
    """
    return not latin or latin in WORDS or latin in {"n a", "na", "unk", "x", "xx", "xxx"}


def text(raw: str) -> str:
    """The words of a text in small Latin letters.

    >>> text("  Southend-on-Sea "), text("Київ"), text("N/A")
    ('southend on sea', 'kiyiv', '')
    """
    latin = raw[:200]
    if not (latin.isascii() and latin.replace(" ", "").isalpha()):
        latin = to_latin(latin)
    words = latin.lower().replace("-", " ").split()
    found = " ".join(words[:16])[:200].strip()
    return "" if is_nothing(found) or not any(c.isalnum() for c in found) else found


def organisation(raw: str) -> str:
    """The name of an organisation without its legal form.

    >>> organisation("The Universal Exports Co., Ltd."), organisation("Müller & Söhne GmbH")
    ('universal exports', 'muller sohne')
    """
    words = text(raw.replace(".", "").replace("/", " ")).split()
    kept = [word for word in words if word not in _AND]
    while len(kept) > 1 and (kept[-1] in _LEGAL or " ".join(kept[-2:]) in {"z oo", "sp k"}):
        kept.pop()
    return " ".join(kept)


def number(raw: str) -> str:
    """A number in plain decimal writing, at most three places.

    >>> number("900.00"), number(" 1,234.5 "), number("-0"), number("abc"), number("1e9999999")
    ('900', '1234.5', '0', '', '')
    """
    plain = compatible(clean(raw[:60]))
    plain = re.sub(r"[^0-9eE.,+-]", "", plain)
    if re.fullmatch(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?", plain):
        plain = plain.replace(",", "")
    elif plain.count(",") == 1 and "." not in plain:
        plain = plain.replace(",", ".")
    try:
        value = Decimal(plain)
        if not value.is_finite() or abs(value) > _MOST:
            return ""
        shown = f"{round(value, 3):f}"
    except (DecimalException, ValueError):
        return ""
    shown = shown.rstrip("0").rstrip(".") if "." in shown else shown
    return "0" if shown in {"-0", "+0", ""} else shown


def code(raw: str) -> str:
    """Letters and digits of an id, small; ids that fingers make are nothing.

    >>> code("293-90-9090"), code("MRN 264"), code("000-00-0000"), code("123-45-6789")
    ('293909090', 'mrn264', '', '')
    """
    latin = raw.lower() if raw.isascii() and raw.isalnum() else to_latin(raw[:100])
    if is_nothing(latin):
        return ""
    bare = re.sub(r"[^a-z0-9]", "", latin)[:100]
    digits = bare.isdigit() and len(bare) > 3
    if digits and (len(set(bare)) == 1 or bare in "01234567890"):
        return ""
    return bare

"""Postal addresses and postcodes: one spelling for what is abbreviated in many ways.

No gazetteer is used: the words of an address are spelled one way, the house number comes first and
the unit last, marked `#`. A unit says which flat, not which house.
"""

from __future__ import annotations

import re

from sameas.matching.fields.words import is_nothing
from sameas.matching.names.latin import to_latin

__all__ = [
    "GENERIC",
    "GLANCE_LENGTH",
    "GLANCE_WORDS",
    "UNITS",
    "UNUSUAL",
    "address",
    "at_a_glance",
    "postcode",
    "spelled",
]

_SHORT = """
st street str strasse ulica ul vulitsya vul calle rue straat sokak
ave avenue av avenida aven prospekt prosp
rd road
dr drive drv
ln lane
ct court crt
pl place plaza plac platz
blvd boulevard boul bulvar bd
cres crescent cr crescnt
sq square
ter terrace terr tce
pde parade
hwy highway
pkwy parkway
cir circle circ circuit cct
cl close
gr grove grv
gdns gardens gdn garden
trl trail
ctr center centre
hts heights
mt mount
vlge village vill vlg
rt route rte
n north
s south
e east
w west
ne northeast
nw northwest
se southeast
sw southwest
"""
_WORDS = {word: row.split()[0] for row in _SHORT.strip().split("\n") for word in row.split()}
GENERIC = frozenset(_WORDS.values()) - {"n", "s", "e", "w", "ne", "nw", "se", "sw", "mt"}
"""Words for kinds of streets, which say little of which street it is."""
_UNIT_WORDS = """
apt apartment unit suite ste flat fl floor room rm lot shop dept kv kvartira daire wohnung whg app
appt appartement departamento depto piso local lokal
"""
UNITS = frozenset(_UNIT_WORDS.split())
"""Words before the number of a flat."""
_NOISE = frozenset(["the", "of", "and", "care", "co", "no", "num", "number", "nr"])
_USUAL = re.compile(
    r"([1-9][0-9]*),? ([a-z]+(?:\.? [a-z]+)*?)\.?,?"
    rf"(?: (?:{'|'.join(sorted(UNITS))}|#)\.? ?([1-9][0-9]*))?"
)
UNUSUAL = UNITS | _NOISE | {"pobox", "box", "postfach", "apartado"}
"""Words that need a second look."""
GLANCE_LENGTH, GLANCE_WORDS = 100, 12
"""Texts that are so long, and addresses of more words, are not usual."""
_BOX = re.compile(r"\b(?:p ?o ?box|post office box|postfach|apartado)\b")
_PARTS = re.compile(r"[0-9]+[a-z]?(?![a-z0-9])|[0-9]+(?:st|nd|rd|th)(?![a-z])|[0-9]+|[a-z]+")


def address(raw: str) -> str:
    """House number, street words, then `#` and the unit.

    >>> address("4541 Scroggins Court, Apt. 145"), address("Apt 145, 4541 SCROGGINS CT")
    ('4541 scroggins ct #145', '4541 scroggins ct #145')
    >>> address("Hauptstraße 12b"), address("PO Box 7"), address("n/a")
    ('12b hauptstr', 'pobox 7', '')
    """
    text = to_latin(raw[:200].replace("#", " unit ").replace("№", " no "))
    if is_nothing(text):
        return ""
    text = _BOX.sub("pobox", text.replace("-", " "))
    words = _PARTS.findall(text)
    number = ""
    unit = ""
    street: list[str] = []
    at = 0
    while at < len(words):
        word = words[at]
        following = words[at + 1] if at + 1 < len(words) else ""
        if word in UNITS and following[:1].isdigit() and not unit:
            unit = following.lstrip("0") or "0"
            at += 2
            continue
        if word[0].isdigit() and not number and not word.endswith(("st", "nd", "rd", "th")):
            number = word.lstrip("0") or "0"
        elif word not in _NOISE:
            street.append(spelled(word))
        at += 1
    if street[:1] == ["pobox"]:
        return f"pobox {number}" if number else ""
    parts = ([number] if number else []) + street[:12] + ([f"#{unit}"] if unit else [])
    return " ".join(parts)[:200].strip() if street else ""


def at_a_glance(raw: str) -> str:
    """What `address` gives for a number, words and perhaps a unit; nothing for any other text.

    >>> at_a_glance("4541 Scroggins Court Apt 145"), at_a_glance("PO Box 7")
    ('4541 scroggins ct #145', '')
    """
    found = _USUAL.fullmatch(raw.lower()) if raw.isascii() and len(raw) < GLANCE_LENGTH else None
    if found is None:
        return ""
    street = found[2].replace(".", "").split(" ")
    if len(street) > GLANCE_WORDS or not UNUSUAL.isdisjoint(street):
        return ""
    words = [found[1], *map(spelled, street)]
    return " ".join([*words, f"#{found[3]}"] if found[3] else words)


def spelled(word: str) -> str:
    """The short form of a street word, also at the end of a German or Dutch compound."""
    for ending in ("strasse", "straat"):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            return word[: -len(ending)] + "str"
    return _WORDS.get(word, word)


def postcode(raw: str) -> str:
    """Letters and digits only; of a US ZIP+4 the first five.

    >>> postcode("SO43 7DX"), postcode("43004-1234"), postcode("K1A 0B6"), postcode("00000")
    ('so437dx', '43004', 'k1a0b6', '')
    """
    text = raw.lower() if raw.isascii() and raw.isalnum() else to_latin(raw[:40])
    if is_nothing(text):
        return ""
    if found := re.fullmatch(r"([0-9]{5})[- ]?[0-9]{4}", text):
        text = found[1]
    bare = re.sub(r"[^a-z0-9]", "", text)[:12]
    return "" if len(bare) < 3 or (len(set(bare)) == 1 and bare[0] in "0x") else bare

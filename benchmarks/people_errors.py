"""What goes wrong with a text on its way into a source: each a function of the text and of bits.

Vectorised callers pick the few values that go wrong; these functions spoil one value at a time. No
function returns its argument where there is another text that it could return.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.draws import words

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["FAULTS", "misheard", "misread", "mistyped", "wrong_digit"]

# The keys beside each key of a QWERTY keyboard.
BESIDE = {
    key: near
    for part in words(
        "q:wa w:qes e:wrd r:etf t:ryg y:tuh u:yij i:uok o:ipl p:ol a:qsz s:awdx d:sefc f:drgv "
        "g:fthb h:gyjn j:hukm k:jil l:kop z:asx x:zsdc c:xdfv v:cfgb b:vghn n:bhjm m:njk 1:2 2:13 "
        "3:24 4:35 5:46 6:57 7:68 8:79 9:80 0:9"
    )
    for key, _, near in [part.partition(":")]
}
# What a scanner takes for something else, on capitals and digits and on small letters.
ALIKE = (
    ("rn", "m"), ("m", "rn"), ("cl", "d"), ("d", "cl"), ("li", "h"), ("h", "li"), ("vv", "w"),
    ("O", "0"), ("0", "O"), ("I", "1"), ("1", "I"), ("l", "1"), ("S", "5"), ("5", "S"), ("B", "8"),
    ("8", "B"), ("Z", "2"), ("2", "Z"), ("G", "6"), ("6", "G"), ("E", "F"), ("e", "c"), ("c", "e"),
    ("a", "o"), ("o", "a"), ("n", "u"), ("u", "n"), ("t", "f"), ("f", "t"), ("7", "1"), ("i", "j"),
    ("Q", "O"), ("D", "O"), ("U", "V"), ("V", "U"), ("M", "N"), ("N", "M"), ("T", "I"), ("P", "F"),
)  # fmt: skip
# What sounds like something else.
SOUNDS = (
    ("ph", "f"), ("f", "ph"), ("ck", "k"), ("k", "ck"), ("c", "k"), ("ie", "y"), ("y", "ie"),
    ("ei", "ie"), ("ai", "ay"), ("ay", "ai"), ("ee", "ea"), ("ea", "ee"), ("s", "z"), ("z", "s"),
    ("th", "t"), ("t", "th"), ("sh", "sch"), ("oo", "u"), ("ou", "ow"), ("ow", "ou"), ("er", "ar"),
    ("ar", "er"), ("on", "en"), ("en", "on"), ("in", "yn"), ("i", "y"), ("x", "ks"), ("w", "v"),
    ("v", "w"), ("g", "j"), ("j", "g"), ("ll", "l"), ("l", "ll"), ("nn", "n"), ("n", "nn"),
    ("tt", "t"), ("ss", "s"), ("e", "a"), ("a", "e"), ("o", "u"), ("b", "p"), ("d", "t"),
    ("m", "n"),
)  # fmt: skip


def mistyped(text: str, bits: int) -> str:
    """One slip of a finger: a key beside, left out, struck twice, two in the wrong order."""
    size = len(text)
    if size < 2:
        return text + text
    kind, place, which = bits & 7, (bits >> 3) % size, bits >> 20
    letter = text[place]
    near = BESIDE.get(letter.lower(), "")
    if kind < 3 and near:
        new = near[which % len(near)]
        return text[:place] + (new.upper() if letter.isupper() else new) + text[place + 1 :]
    if kind < 5 and size > 2:
        return text[:place] + text[place + 1 :]
    if kind < 6:
        return text[:place] + letter + text[place:]
    for first in range(size - 1):
        at = (place + first) % (size - 1)
        if text[at] != text[at + 1]:
            return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text + letter


def misread(text: str, bits: int) -> str:
    """One or two characters that a scanner took for others."""
    once = _replaced(text, bits, ALIKE)
    twice = _replaced(once, bits >> 30, ALIKE) if bits & 3 == 0 else once
    return once if twice == text else twice


def misheard(text: str, bits: int) -> str:
    """Written as it sounded on the telephone."""
    return _replaced(text, bits, SOUNDS)


def wrong_digit(text: str, bits: int) -> str:
    """One digit wrong, or two in the wrong order."""
    places = [place for place, letter in enumerate(text) if letter.isdigit()]
    if not places:
        return mistyped(text, bits)
    which = (bits >> 3) % len(places)
    at = places[which]
    if bits & 3 == 0 and which + 1 < len(places):
        other = places[which + 1]
        if text[at] != text[other]:
            middle = text[at + 1 : other]
            return text[:at] + text[other] + middle + text[at] + text[other + 1 :]
    new = (int(text[at]) + 1 + (bits >> 20) % 9) % 10
    return f"{text[:at]}{new}{text[at + 1 :]}"


FAULTS: tuple[Callable[[str, int], str], ...] = (mistyped, misread, misheard, wrong_digit)


def _replaced(text: str, bits: int, table: tuple[tuple[str, str], ...]) -> str:
    start = (bits >> 3) % len(table)
    for turn in range(len(table)):
        old, new = table[(start + turn) % len(table)]
        at = text.find(old)
        if at < 0 and not old.isdigit() and text.isupper():
            old, new = old.upper(), new.upper()
            at = text.find(old)
        if at >= 0 and old != new:
            # The last one as often as the first.
            at = text.rfind(old) if bits >> 40 & 1 else at
            return text[:at] + new + text[at + len(old) :]
    return mistyped(text, bits)

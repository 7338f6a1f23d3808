"""How far apart two romanised words sound: symmetric, zero for equal words, cheap in vowels.

A word is folded into symbols (digraphs become one: `sh`, `cz`, `ph` ...), and two symbol strings
are aligned at least cost. Scripts lose different things: Arabic and Hebrew short vowels, Japanese
and Chinese insert them and merge `l` and `r`, Korean voicing. So a vowel is nearly free, sounds
that some script merges are cheap to exchange, and only a consonant that nobody confuses costs in
full.
The alignment is Needleman and Wunsch's (J. Mol. Biol. 48, 1970) with the costs below.
"""

from __future__ import annotations

import re
from functools import lru_cache

import numpy as np

__all__ = [
    "ALPHABET",
    "COST",
    "DIGRAPHS",
    "GAP",
    "LIKE",
    "LIKE_IN_FRONT",
    "consonant_classes",
    "is_pinyin",
    "skeleton",
    "sound_key",
    "symbols",
]

ALPHABET = "abcdefghijklmnopqrstuvwxyzSC"
"""The symbols; `S` and `C` are those of `she` and `chip`."""
_CODE = {letter: code for code, letter in enumerate(ALPHABET)}

DIGRAPHS = (
    ("shch", "S"),
    ("tsch", "C"),
    ("sch", "S"),
    ("tch", "C"),
    ("dzh", "j"),
    ("cz", "C"),
    ("sz", "S"),
    ("sh", "S"),
    ("ch", "C"),
    ("zh", "S"),
    ("kh", "h"),
    ("gh", "g"),
    ("ph", "f"),
    ("th", "t"),
    ("ck", "k"),
    ("dj", "j"),
    ("dz", "j"),
    ("ts", "s"),
    ("tz", "s"),
    ("x", "ks"),
    ("q", "k"),
)
"""What is written with several letters and is one symbol, replaced in this order."""
_SOFT_C = re.compile(r"c(?=[eiy])")
_INITIAL = re.compile(r"^(?:kn|gn|pn)")
_DOUBLED = re.compile(r"(.)\1+")
_VOWELS = "aeiouy"


def _costs() -> tuple[np.ndarray[tuple[int, int], np.dtype[np.int64]], list[int]]:
    size = len(ALPHABET)
    cost = np.full((size, size), 10, dtype=np.int64)
    vowels = [_CODE[letter] for letter in _VOWELS]
    cost[vowels, :] = cost[:, vowels] = 12  # no vowel is heard as a consonant: one lost, one added
    gap = [10] * size
    alike = (
        (_VOWELS, 2),
        ("pb", 2),
        ("pf", 4),
        ("bv", 3),
        ("vf", 2),
        ("pv", 5),
        ("bf", 5),
        ("fh", 4),
        ("lr", 4),
        ("kg", 3),
        ("gh", 3),
        ("kh", 3),
        ("kC", 5),
        ("hC", 4),
        ("gj", 4),
        ("td", 3),
        ("tC", 5),
        ("tS", 6),
        ("ts", 6),
        ("szSCj", 4),
        ("dj", 5),
        ("dz", 5),
        ("mn", 6),
        ("ck", 1),
        ("wv", 2),
        ("wb", 6),
        ("wf", 6),
        ("jh", 5),
        ("ji", 3),
        ("jy", 3),
        ("wu", 1),
        ("wo", 1),
        ("wa", 3),
        ("we", 3),
        ("wi", 3),
        ("wy", 3),
    )
    for letters, price in alike:
        for a in letters:
            for b in letters:
                cost[_CODE[a], _CODE[b]] = min(cost[_CODE[a], _CODE[b]], price)
    np.fill_diagonal(cost, 0)
    for letters, price in ((_VOWELS, 2), ("h", 4), ("w", 3), ("r", 7), ("g", 7)):
        for letter in letters:
            gap[_CODE[letter]] = price
    return cost, gap


COST, _GAPS = _costs()
"""What it costs to hear one symbol as another; 10: a plain difference. Shape (symbols, symbols)."""
GAP = np.array(_GAPS, dtype=np.int64)
"""What it costs to drop a symbol. Shape (symbols,)."""


@lru_cache(maxsize=65_536)
def symbols(word: str) -> bytes:
    """The symbols of a word of letters `a`-`z`, one byte each (an index into `GAP`).

    >>> symbols("philipp") == symbols("filip"), symbols("Jack".lower()) == symbols("jak")
    (True, True)
    """
    folded = _INITIAL.sub("n", word)
    for spelled, one in DIGRAPHS:
        folded = folded.replace(spelled, one)
    folded = _SOFT_C.sub("s", folded).replace("c", "k")
    folded = _DOUBLED.sub(r"\1", folded)
    return bytes(_CODE[letter] for letter in folded if letter in _CODE)


_CLASSES = ("pbfv", "td", "kg", "szSCj", "lr", "m", "n")
_CLASS = {_CODE[letter]: 1 << bit for bit, letters in enumerate(_CLASSES) for letter in letters}


def consonant_classes(sound: bytes) -> int:
    """One bit for each class of consonants that occurs among the symbols.

    >>> consonant_classes(symbols("pater")) == consonant_classes(symbols("bodil"))
    True
    """
    mask = 0
    for symbol in sound:
        mask |= _CLASS.get(symbol, 0)
    return mask


_SYLLABLE = (
    "(?:(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?"
    "(?:iang|iong|uang|ang|eng|ing|ong|ian|iao|uan|uai|ai|ei|ui|ao|ou|iu|ie|ue|er|an|en|in|un"
    "|ia|ua|uo|a|o|e|i|u|v))"
)
_PINYIN = re.compile(f"{_SYLLABLE}{{1,4}}")


def is_pinyin(word: str) -> bool:
    """Whether a word can be read as one to four syllables of romanised Mandarin.

    >>> is_pinyin("xiaoming"), is_pinyin("anders")
    (True, False)
    """
    return _PINYIN.fullmatch(word) is not None


LIKE = str.maketrans({"y": "i", "f": "v", "w": "v", "z": "s", "h": "", "C": "c"})
"""What a symbol behind the first is heard as in a sound key."""
LIKE_IN_FRONT = str.maketrans({"y": "i", "w": "v", "f": "v"})
"""What the first one is heard as."""
_SKELETON = {
    letter: mark
    for letters, mark in (
        ("pbfv", "p"),
        ("td", "t"),
        ("kg", "k"),
        ("szSCj", "s"),
        ("lr", "l"),
        ("m", "m"),
        ("n", "n"),
    )
    for letter in letters
}


@lru_cache(maxsize=65_536)
def sound_key(word: str) -> str:
    """One text for the spellings of one sound in one language: `Stephen`, `Steven`; `Eric`, `Erik`.

    >>> [sound_key(word) for word in ("stephen", "steven", "sarah", "sara", "yurii", "yuri")]
    ['steven', 'steven', 'sara', 'sara', 'iuri', 'iuri']
    """
    folded = "".join(ALPHABET[code] for code in symbols(word))
    behind = folded[:1] + folded[1:].translate(LIKE)
    return _DOUBLED.sub(r"\1", behind).translate(LIKE_IN_FRONT)


def skeleton(word: str) -> str:
    """The classes of a word's consonants, in order: what most scripts keep of it. For blocking.

    >>> skeleton("mohammad"), skeleton("mhmd"), skeleton("peabody"), skeleton("pibodi")
    ('mmt', 'mmt', 'ppt', 'ppt')
    """
    marks = (_SKELETON.get(ALPHABET[code], "") for code in symbols(word))
    return "".join(marks)

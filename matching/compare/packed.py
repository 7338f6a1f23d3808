"""Values of one field as arrays of integers, for the kernels: each distinct word once.

What a kernel asks of a word stands in one row of `words`: one cache line or two for each word of
a pair, where an array for each question would miss the cache ten times.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sameas.matching.compare.split import split
from sameas.matching.names.diminutives import groups
from sameas.matching.names.heard import keys_of, symbols_heard
from sameas.matching.names.sound import GAP
from sameas.matching.texts import bags, ends, numbered, words_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from sameas.matching.fields.model import FieldKind
    from sameas.matching.texts.spans import Longs, Points

__all__ = [
    "AMOUNT",
    "BAG",
    "BLOOM",
    "END",
    "FIRST",
    "GROUP",
    "GROUP_END",
    "KEY",
    "LAST",
    "SOUND",
    "SOUND_END",
    "START",
    "TIGHT",
    "WEIGHT",
    "Packed",
    "prepare",
    "signs",
]

START, END, BAG, KEY, BLOOM, WEIGHT, SOUND, SOUND_END, GROUP, GROUP_END = range(10)
"""Columns of `Packed.words`. `BAG`: bit c % 62 for each character c. `KEY`: number of the sound
key, or -1. `BLOOM`: bit g % 62 for each group of names. `WEIGHT`: cost of dropping the sound. The
others are places in `text`, `sound` and `group`."""
FIRST, LAST, TIGHT, AMOUNT = range(4)
"""Columns of `Packed.values`: its words in `Packed.word`, the whole as one word, its integer."""

_NAMES = frozenset(["given_name", "family_name", "full_name"])


class Packed(NamedTuple):
    """Distinct values and their words."""

    text: NDArray[np.uint32]
    """Code points of all words."""
    sound: NDArray[np.uint8]
    group: NDArray[np.int64]
    words: NDArray[np.int64]
    """Shape (words, 10); of what is no name the first three columns."""
    word: NDArray[np.int64]
    """The words of each value, as they come."""
    values: NDArray[np.int64]
    """Shape (values, 4)."""
    sign: NDArray[np.int64]
    """What the sieve looks at, see `signs`. Shape (values, 4)."""
    memo: NDArray[np.int64]
    """Levels of pairs of names that were compared, each pair with its level in one integer, so that
    threads may share it; what it holds changes no level. Candidates repeat their names: of the
    pairs that the sieve leaves open four of five are here."""


_NO_SIGNS = np.empty((0, 4), np.int64)
_MEMO_BITS = 20
_HEAD_TAIL = {"phone": (6, 4), "code": (4, 4), "postcode": (2, 2)}
"""How many characters at either end one typing error cannot touch both of."""


def signs(kind: FieldKind, p: Packed) -> NDArray[np.int64]:
    """Four integers a value, by which the sieve tells most pairs apart. Shape (values, 4).

    Names, texts, addresses and emails (letters of the local part): 0 its characters as bits; 3 its
    length, above it the first character. Names of one word: 1 symbols of the sound as bits, above
    them the weight; 2 groups as bits; 3 also the sound key, 0 where there are more words. Texts and
    addresses: 1 words as bits; addresses: 2 the house number. Phones, codes, postcodes: 0 head and
    1 tail, -1 if too short. Dates: 0 the digits, four bits each, 0 if not whole.
    """
    out = np.zeros((len(p.values), 4), np.int64)
    one = p.values[:, TIGHT]
    if not len(out) or kind == "number":
        return out
    rows = p.words[one]
    start, size = rows[:, START], rows[:, END] - rows[:, START]
    text = np.append(p.text, np.zeros(8, np.uint32)).astype(np.int64)
    if kind == "date":
        digits = np.zeros(len(out), np.int64)
        for at in range(8):
            digits = digits << 4 | (text[np.minimum(start + at, len(text) - 1)] - 48) & 15
        out[:, 0] = np.where(size == 8, digits, 0)
        return out
    if kind in _HEAD_TAIL:
        ends = _HEAD_TAIL[kind]
        for column, count, first in ((0, ends[0], start), (1, ends[1], rows[:, END] - ends[1])):
            mixed = np.zeros(len(out), np.int64)
            for at in range(count):
                char = text[np.clip(first + at, 0, len(text) - 1)]
                mixed = (mixed * 1_000_003 + char) & 0x7FFFFFFFFFFF
            out[:, column] = np.where(size > sum(ends), mixed, -1)
        return out
    out[:, 0] = rows[:, BAG]
    out[:, 3] = np.minimum(size, 255) | text[start] << 8
    bits = np.append(np.int64(1) << (p.word * 40_503 >> 4) % 62, 0)
    counts = p.values[:, LAST] - p.values[:, FIRST]
    if kind in _NAMES:
        sets = np.append(np.int64(1) << p.sound.astype(np.int64), 0)
        heard = _union(sets, rows[:, SOUND], rows[:, SOUND_END])
        out[:, 1] = heard | rows[:, WEIGHT] << 28
        out[:, 2] = rows[:, BLOOM]
        out[:, 3] |= np.where(counts == 1, rows[:, KEY] + 1, 0) << 29
        return out
    if kind in {"text", "organisation", "address"}:
        skip = 2 if kind == "address" else 0
        out[:, 1] = _union(bits, p.values[:, FIRST] + skip, p.values[:, LAST])
    if kind == "address":
        number = p.word[p.values[:, FIRST]]
        given = p.words[number, END] > p.words[number, START]
        out[:, 2] = np.where(given, number + 1, 0)
    return out


def _union(
    bits: NDArray[np.int64], start: NDArray[np.int64], end: NDArray[np.int64]
) -> NDArray[np.int64]:
    """`bits[start:end]` joined by or, for each pair of ends; the last of `bits` is in none."""
    found = np.bitwise_or.reduceat(bits, np.column_stack((start, end)).ravel())[::2]
    found[start == end] = 0
    return found


def prepare(kind: FieldKind, values: Sequence[str] | pa.StringArray) -> Packed:
    """The values of one field, in their order, ready for `level_pairs`. O(total characters)."""
    found = split(kind, values)
    number, first = numbered(found.points, found.start, found.end)
    count = len(found.at) - 1
    word, whole = number[: len(number) - count], number[len(number) - count :]
    rows = np.column_stack((found.at[:-1], found.at[1:], whole, found.amount))
    spans = found.start[first], found.end[first]
    sound, group, words = _pack_words(found.points, *spans, names=kind in _NAMES)
    bits = min(2 * count.bit_length(), _MEMO_BITS) if kind in _NAMES else 0
    memo = np.zeros(1 << bits, np.int64)
    packed = Packed(found.points, sound, group, words, word, rows, _NO_SIGNS, memo)
    return packed._replace(sign=signs(kind, packed))


def _pack_words(
    points: Points, start: Longs, end: Longs, *, names: bool
) -> tuple[NDArray[np.uint8], Longs, Longs]:
    """Sounds, groups and rows of these words; only names have sounds and groups."""
    rows = np.zeros((len(start), GROUP_END + 1 if names else BAG + 1), np.int64)
    rows[:, START], rows[:, END] = start, end
    rows[:, BAG] = bags(points, start, end)
    if not names:
        return np.zeros(1, np.uint8), np.zeros(1, np.int64), rows
    sound, at = symbols_heard(points, start, end)
    rows[:, SOUND], rows[:, SOUND_END] = at[:-1], at[1:]
    weights = np.append(0, np.cumsum(GAP[sound]))
    rows[:, WEIGHT] = weights[at[1:]] - weights[at[:-1]]
    rows[:, KEY] = keys_of(sound, at)
    kin = [sorted(groups(word)) for word in words_of(points, start, end)]
    at = ends(map(len, kin), len(kin))
    rows[:, GROUP], rows[:, GROUP_END] = at[:-1], at[1:]
    rows[:, BLOOM] = [sum({1 << one % 62 for one in each}) if each else 0 for each in kin]
    group = np.array([one for each in kin for one in each] or [0], np.int64)
    return sound if len(sound) else np.zeros(1, np.uint8), group, rows

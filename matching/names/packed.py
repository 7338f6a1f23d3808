"""Names and their words as arrays of integers, for the kernel: each distinct word once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sameas.buffers import read_as
from sameas.matching.names.diminutives import groups
from sameas.matching.names.kernel import CLASSES, KNOWN, LENGTH, SCRIPT, Names, Words
from sameas.matching.names.sound import GAP, consonant_classes, is_pinyin, symbols

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sameas.matching.names.parse import Name, Word

__all__ = ["pack"]


def _ends(lengths: Iterable[int]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.concatenate(([0], np.cumsum(np.fromiter(lengths, np.int64)))).astype(np.int64)


def _sign(word: Word, sound: bytes, kin: frozenset[int]) -> int:
    """The word's features in one integer: what `kernel` calls a sign."""
    letters = sum(1 << (ord(letter) - 97) for letter in set(word.text))
    return (
        letters
        | consonant_classes(sound) << CLASSES
        | min(len(word.text), 63) << LENGTH
        | word.script << SCRIPT
        | bool(kin) << KNOWN
    )


def pack(names: Sequence[Name]) -> tuple[Words, Names]:
    """The kernel's input for these names, in their order. Takes O(total letters)."""
    codes: dict[Word, int] = {}
    rows = [
        [codes.setdefault(word, len(codes)) for word in name.words + name.joined] for name in names
    ]
    words = list(codes)
    texts = [word.text.encode("ascii") for word in words]
    sounds = [symbols(word.text) for word in words]
    kin = [groups(word.text) for word in words]
    gaps = GAP.tolist()
    code = np.array([code for row in rows for code in row], np.int64)
    sign = np.array([_sign(*one) for one in zip(words, sounds, kin, strict=True)], np.int64)
    bloom = np.array([sum({1 << number % 62 for number in one}) for one in kin], np.int64)
    at = _ends(map(len, rows))
    head = [
        (
            len(name.given),
            len(name.words),
            name.structured,
            name.solid,
            name.gender,
            name.generation,
        )
        for name in names
    ]
    return Words(
        text=read_as(b"".join(texts), np.uint8),
        text_at=_ends(map(len, texts)),
        sound=read_as(b"".join(sounds), np.uint8),
        sound_at=_ends(map(len, sounds)),
        weight=np.array([sum(gaps[s] for s in sound) for sound in sounds], np.int64),
        pinyin=np.array([is_pinyin(word.text) for word in words], np.uint8),
        group=np.array([number for one in kin for number in sorted(one)], np.int64),
        group_at=_ends(map(len, kin)),
    ), Names(
        word=code,
        sign=sign[code],
        bloom=bloom[code],
        head=np.column_stack((at[:-1], at[1:], np.array(head, np.int64).reshape(-1, 6))),
    )

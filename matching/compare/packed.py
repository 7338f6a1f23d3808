"""Values of one field as arrays of integers, for the kernels: each distinct word once."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sameas.matching.compare.reading import read
from sameas.matching.names.diminutives import groups
from sameas.matching.names.sound import GAP, sound_key, symbols

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from sameas.matching.fields.model import FieldKind

__all__ = ["Packed", "prepare"]

_NAMES = frozenset(["given_name", "family_name", "full_name"])


class Packed(NamedTuple):
    """Distinct values and their words, column-wise; `*_at` have one entry more than the rest."""

    text: NDArray[np.uint32]
    """Code points of all words."""
    text_at: NDArray[np.int64]
    bag: NDArray[np.int64]
    """Per word: bit c % 62 for each of its characters."""
    sound: NDArray[np.uint8]
    sound_at: NDArray[np.int64]
    weight: NDArray[np.int64]
    """Per word: what it costs to drop its sound."""
    key: NDArray[np.int64]
    """Per word: the number of its sound key; -1 if it has none."""
    group: NDArray[np.int64]
    group_at: NDArray[np.int64]
    bloom: NDArray[np.int64]
    """Per word: bit g % 62 for each of its groups of names."""
    word: NDArray[np.int64]
    """The words of each value, as they come."""
    at: NDArray[np.int64]
    tight: NDArray[np.int64]
    """Per value: the whole as one word."""
    amount: NDArray[np.int64]


def _ends(lengths: Iterable[int], count: int) -> NDArray[np.int64]:
    found = np.zeros(count + 1, np.int64)
    np.cumsum(np.fromiter(lengths, np.int64, count), out=found[1:])
    return found


def prepare(kind: FieldKind, values: Sequence[str] | pa.StringArray) -> Packed:
    """The values of one field, in their order, ready for `level_pairs`.

    Takes O(total characters); names cost some five microseconds a distinct word.
    """
    texts: Sequence[str] = values.to_pylist() if hasattr(values, "to_pylist") else values
    parts = [read(kind, value) for value in texts]
    codes: dict[str, int] = {}
    word = [codes.setdefault(one, len(codes)) for part in parts for one in part.words]
    tight = [codes.setdefault(part.tight, len(codes)) for part in parts]
    words = list(codes)
    data = "".join(words).encode("utf-32-le", "surrogatepass")
    text = np.frombuffer(data, np.uint32)
    text_at = _ends(map(len, words), len(words))
    bits = np.append(np.int64(1) << (text % 62).astype(np.int64), 0)
    bag = np.bitwise_or.reduceat(bits, text_at[:-1]) if words else np.empty(0, np.int64)
    bag[text_at[:-1] == text_at[1:]] = 0
    return Packed(
        text,
        text_at,
        bag,
        *_names(words if kind in _NAMES else [], len(words)),
        np.array(word, np.int64),
        _ends((len(part.words) for part in parts), len(parts)),
        np.array(tight, np.int64),
        np.array([part.amount for part in parts], np.int64),
    )


def _names(words: Sequence[str], count: int) -> tuple[NDArray[np.int64], ...]:
    """What only words of names have: sounds, and groups of forms of one name."""
    sounds = [symbols(word) for word in words]
    gaps = GAP.tolist()
    keys: dict[str, int] = {"": -1}
    key = [keys.setdefault(sound_key(word), len(keys)) for word in words]
    kin = [sorted(groups(word)) for word in words]
    pad = [0] * (count - len(words))
    return (
        np.frombuffer(b"".join(sounds) or b"\0", np.uint8),
        _ends((*map(len, sounds), *pad), count),
        np.array([*(sum(gaps[s] for s in sound) for sound in sounds), *pad], np.int64),
        np.array([*key, *pad], np.int64),
        np.array([one for each in kin for one in each], np.int64),
        _ends((*map(len, kin), *pad), count),
        np.array([*(sum({1 << one % 62 for one in each}) for each in kin), *pad], np.int64),
    )

"""What each level means: the definition, on RapidFuzz, for one pair of canonical values.

Symmetric: the lesser value is always taken first. The compiled kernels are tested against this.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from rapidfuzz.distance import OSA, JaroWinkler

from sameas.buffers import read_as
from sameas.matching.compare.model import MISSING
from sameas.matching.compare.reading import read
from sameas.matching.names.align import sound_distance
from sameas.matching.names.diminutives import groups
from sameas.matching.names.sound import GAP, sound_key, symbols

if TYPE_CHECKING:
    from collections.abc import Callable

    from sameas.matching.compare.reading import Parts
    from sameas.matching.fields.model import FieldKind

__all__ = [
    "ALIKE",
    "CLOSE",
    "CLOSE_SOUND",
    "EQUAL",
    "INITIAL",
    "NEAR_SOUND",
    "OTHER",
    "SAME",
    "SOLID_SOUND",
    "gender_ending",
    "level",
    "word_grade",
]

EQUAL, SAME, INITIAL, CLOSE, ALIKE, OTHER = range(6)
"""How near two words of names are."""

CLOSE_SOUND, NEAR_SOUND, SOLID_SOUND = 120, 200, 60
"""Cost of aligning two sounds, in thousandths of dropping both. Between 4,000 pairs of one name in
two scripts .38 (Chinese) to .87 (Russian) are within 120 and .70 to .94 within 200; of random pairs
.0003 and .0025."""
_CLOSE_TEXT, _NEAR_TEXT = 0.92, 0.85


_GAP: list[int] = GAP.tolist()


class _Sound(NamedTuple):
    codes: bytes
    weight: int
    key: str


@lru_cache(maxsize=65_536)
def _sound(word: str) -> _Sound:
    codes = symbols(word)
    return _Sound(codes, sum(map(_GAP.__getitem__, codes)), sound_key(word))


def _text_grade(a: str, b: str) -> int:
    likeness = JaroWinkler.similarity(a, b)
    return CLOSE if likeness >= _CLOSE_TEXT else ALIKE if likeness >= _NEAR_TEXT else OTHER


def _typo(a: str, b: str) -> bool:
    return OSA.distance(a, b, score_cutoff=1) <= 1


def _distance(a: bytes, b: bytes, most: int) -> int:
    both = read_as(a + b, np.uint8)
    scratch = np.empty(len(b) + 1, np.int64)
    return int(sound_distance(both, 0, len(a), len(a), len(a) + len(b), most, scratch))


def _sound_grade(a: str, b: str) -> int:
    """How alike two words sound; words of less than three letters say nothing."""
    if len(a) < 3 or len(b) < 3:
        return OTHER
    x, y = _sound(a), _sound(b)
    weight = x.weight + y.weight
    near = weight * NEAR_SOUND // 1000
    distance = _distance(x.codes, y.codes, near)
    if distance <= weight * CLOSE_SOUND // 1000 and len(a) > 3 and len(b) > 3:
        return CLOSE
    return ALIKE if distance <= near else OTHER


def gender_ending(a: str, b: str) -> bool:
    """Whether two words differ by a last `a`, or by a last `a` and `o`: Paul, Paula.

    >>> gender_ending("paul", "paula"), gender_ending("maria", "mario"), gender_ending("a", "b")
    (True, True, False)
    """
    if len(a) > len(b):
        a, b = b, a
    if len(b) == len(a) + 1:
        return b == a + "a"
    return len(a) == len(b) > 1 and a[:-1] == b[:-1] and {a[-1], b[-1]} == {"a", "o"}


def word_grade(a: str, b: str, *, forms: bool) -> int:
    """How near two words of a name are; `forms`: they may be given names, which have short forms.

    >>> word_grade("bill", "william", forms=True), word_grade("joan", "john", forms=True)
    (1, 4)
    """
    if a == b:
        return EQUAL
    if len(a) == 1 or len(b) == 1:
        return INITIAL if a[:1] == b[:1] else OTHER
    if forms and groups(a) & groups(b):
        return SAME
    if (key := _sound(a).key) and key == _sound(b).key:
        return SAME
    grade = _text_grade(a, b)
    if grade != CLOSE:
        grade = min(grade, _sound_grade(a, b))
    if grade == OTHER and len(a) == len(b) > 3 and sorted(a) == sorted(b):
        grade = ALIKE
    if forms and ((groups(a) and groups(b)) or gender_ending(a, b)):
        return ALIKE if grade == CLOSE else OTHER
    return grade


def _align(left: Parts, right: Parts, *, forms: bool) -> list[int]:
    """How many words meet at each grade up to CLOSE, the best first, each word once."""
    grades = [[word_grade(a, b, forms=forms) for b in right.words] for a in left.words]
    counts = [0] * (CLOSE + 1)
    rows, columns = set(range(len(left.words))), set(range(len(right.words)))
    for grade in range(CLOSE + 1):
        for i in range(len(left.words)):
            for j in range(len(right.words)):
                if i in rows and j in columns and grades[i][j] == grade:
                    rows.remove(i)
                    columns.remove(j)
                    counts[grade] += 1
    return counts


_NAME_LEVEL = {EQUAL: 2, SAME: 2, INITIAL: 5, CLOSE: 6, ALIKE: 7, OTHER: 8}
_FULL_LEVEL = {EQUAL: 2, SAME: 2, INITIAL: 4, CLOSE: 5, ALIKE: 7, OTHER: 8}


def _name(left: Parts, right: Parts, *, forms: bool) -> int:
    n, m = len(left.words), len(right.words)
    if n == m == 1:
        return _NAME_LEVEL[word_grade(left.words[0], right.words[0], forms=forms)]
    if left.tight == right.tight:
        return 2
    counts = _align(left, right, forms=forms)
    same = counts[EQUAL] + counts[SAME]
    fewer = min(n, m)
    if same == fewer:
        return 2 if n == m else 4
    if same + counts[INITIAL] == fewer:
        return 5
    if sum(counts) == fewer and n == m:
        return 6
    grade = _text_grade(left.tight, right.tight)
    return 6 if grade == CLOSE else 7 if grade == ALIKE or same else 8


def _given_name(left: Parts, right: Parts) -> int:
    return _name(left, right, forms=True)


def _family_name(left: Parts, right: Parts) -> int:
    return _name(left, right, forms=False)


def _solid(run: str, words: tuple[str, ...]) -> int:
    """The level of a run of letters against the words that it may be made of."""
    sound = _sound(run)
    sounds = [_sound(word) for word in words]
    weight = sound.weight + sum(one.weight for one in sounds)
    near = weight * NEAR_SOUND // 1000
    least = near + 1
    for order in (sounds, sounds[::-1]):
        for turn in range(len(order)):
            joined = b"".join(one.codes for one in order[turn:] + order[:turn])
            least = min(least, _distance(sound.codes, joined, near))
    return 2 if least <= weight * SOLID_SOUND // 1000 else 5 if least <= near else 0


def _full_name(left: Parts, right: Parts) -> int:
    n, m = len(left.words), len(right.words)
    if n == m == 1:
        return _FULL_LEVEL[word_grade(left.words[0], right.words[0], forms=True)]
    if left.tight == right.tight:
        return 2
    counts = _align(left, right, forms=True)
    same = counts[EQUAL] + counts[SAME]
    fewer = min(n, m)
    if fewer == 1 and not same:
        (run,), words = (left.words, right.words) if n == 1 else (right.words, left.words)
        if len(run) > 4 and len(words) <= 4 and (found := _solid(run, words)):
            return found
    if fewer == 1:
        return 6 if same else 7 if sum(counts) else 8
    if same == fewer:
        return 2 if n == m else 3
    if same and same + counts[INITIAL] == fewer:
        return 4
    if sum(counts) == fewer:
        return 5
    grade = _text_grade(left.tight, right.tight)
    if grade == CLOSE:
        return 5
    return 6 if same else 7 if grade == ALIKE or counts[CLOSE] else 8


def _date(left: Parts, right: Parts) -> int:
    a, b = left.tight, right.tight
    if len(a) == len(b) == 8:
        if a[:4] == b[:4] and a[4:6] == b[6:] and a[6:] == b[4:6]:
            return 2
        if _typo(a, b):
            return 3
    year = len(a) > 3 and a[:4] == b[:4]
    others = sum(bool(x) and x == y for x, y in ((a[4:6], b[4:6]), (a[6:], b[6:])))
    return 4 if year + others >= 2 else 5 if year else 6


def _email(left: Parts, right: Parts) -> int:
    (local, domain, letters), (other, its_domain, its_letters) = left.words, right.words
    if local == other and len(local) > 2:
        return 2
    if letters == its_letters and len(letters) > 3:
        return 4
    if domain == its_domain and _typo(local, other):
        return 3
    if len(letters) < 3 or len(its_letters) < 3:
        return 7
    grade = _text_grade(letters, its_letters)
    if grade == CLOSE or (len(letters) > 3 and sorted(letters) == sorted(its_letters)):
        return 5
    return 6 if grade == ALIKE else 7


def _phone(left: Parts, right: Parts) -> int:
    a, b = left.tight, right.tight
    if len(a) > 6 and a[-7:] == b[-7:]:
        return 2
    return 3 if _typo(a, b) else 4


def _address(left: Parts, right: Parts) -> int:
    number = left.words[0] != "" and left.words[0] == right.words[0]
    grade = EQUAL if left.tight == right.tight else _text_grade(left.tight, right.tight)
    if number and grade in {EQUAL, CLOSE}:
        return 2 if grade == EQUAL else 3
    a, b = left.words[2:], right.words[2:]
    fewer, more = (a, b) if len(a) < len(b) else (b, a)
    shared = sum(word in more for word in fewer)
    if number and shared and 2 * shared >= len(fewer):
        return 3
    if grade in {EQUAL, CLOSE}:
        return 4
    if number:
        return 5
    return 6 if grade == ALIKE or (shared and 2 * shared >= len(fewer)) else 7


def _postcode(left: Parts, right: Parts) -> int:
    if _typo(left.tight, right.tight):
        return 2
    return 3 if left.words == right.words else 4


def _text(left: Parts, right: Parts) -> int:
    if left.tight == right.tight or sorted(left.words) == sorted(right.words):
        return 2
    grade = _text_grade(left.tight, right.tight)
    if grade == CLOSE:
        return 3
    a, b = left.words, right.words
    fewer, more = (a, b) if len(a) < len(b) else (b, a)
    shared = sum(word in more for word in fewer)
    if shared and shared == len(fewer):
        return 4
    return 5 if grade == ALIKE or (shared and 2 * shared >= len(fewer)) else 6


def _number(left: Parts, right: Parts) -> int:
    a, b = left.amount, right.amount
    apart, size = abs(a - b), max(abs(a), abs(b))
    return 2 if apart * 50 <= size else 3 if apart * 10 <= size else 4


def _code(left: Parts, right: Parts) -> int:
    a, b = left.tight, right.tight
    if _typo(a, b):
        return 2
    return 3 if len(a) > 5 and len(b) > 5 and a[-4:] == b[-4:] else 4


_RULES: dict[FieldKind, Callable[[Parts, Parts], int]] = {
    "given_name": _given_name,
    "family_name": _family_name,
    "full_name": _full_name,
    "date": _date,
    "email": _email,
    "phone": _phone,
    "address": _address,
    "postcode": _postcode,
    "text": _text,
    "organisation": _text,
    "number": _number,
    "code": _code,
}


@lru_cache(maxsize=65_536)
def _apart(kind: FieldKind, left: str, right: str) -> int:
    """Of two values that differ. Candidates repeat names: half of all pairs were met before."""
    return _RULES[kind](read(kind, left), read(kind, right))


def level(kind: FieldKind, left: str, right: str) -> int:
    """The level of two canonical values: 0 where one is missing, 1 where they are equal.

    Symmetric; never raises.

    >>> level("given_name", "william", "bill"), level("date", "1980-04-22", "1980-04-23")
    (2, 3)
    >>> level("phone", "", "+12025550143"), level("code", "293909090", "293909090")
    (0, 1)
    """
    if not left or not right:
        return MISSING
    if left == right:
        return 1
    return _apart(kind, left, right) if left < right else _apart(kind, right, left)

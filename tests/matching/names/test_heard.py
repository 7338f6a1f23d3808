"""Many words are heard as each one is."""

from __future__ import annotations

import itertools

from hypothesis import example, given
from hypothesis import strategies as st

from sameas.matching.names.heard import keys_heard, keys_of, symbols_heard
from sameas.matching.names.sound import ALPHABET, sound_key, symbols
from sameas.matching.texts import texts_of

LETTERS = st.text("aeiyuchkgpstzdjnxqwfb", max_size=9) | st.text("abcxSC -\n\u00e91", max_size=6)


@given(words=st.lists(LETTERS, max_size=12))
@example(["xq", "dzhj", "pkh", "knch", "gn", "ccy", "ss\ns", "schtsch"])
def test_words_are_heard_like_each(words: list[str]) -> None:
    texts = texts_of(words)
    sound, at = symbols_heard(texts.points, texts.at[:-1], texts.at[1:])
    ends = at.tolist()
    heard = [bytes(sound[a:b]) for a, b in itertools.pairwise(ends)]
    assert heard == [symbols(word) for word in words]
    key, begin = keys_heard(sound, at)
    ends = begin.tolist()
    keys = ["".join(ALPHABET[code] for code in key[a:b]) for a, b in itertools.pairwise(ends)]
    assert keys == [sound_key(word) for word in words]
    numbers = keys_of(sound, at).tolist()
    assert [number < 0 for number in numbers] == [not one for one in keys]
    assert len(set(numbers)) == len(set(keys))

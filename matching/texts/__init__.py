"""Many texts as one row of code points, and their words as spans of it: what kernels read."""

from __future__ import annotations

from sameas.matching.texts.spans import (
    Texts,
    bags,
    beyond_ascii,
    ends,
    is_one_of,
    numbered,
    texts_of,
    words_of,
)

__all__ = ["Texts", "bags", "beyond_ascii", "ends", "is_one_of", "numbered", "texts_of", "words_of"]

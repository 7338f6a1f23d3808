"""Rarity speaks against chance, and not against those who share a value for a reason."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from sameas.matching.fields import Coded, Field
from sameas.matching.model.mixture import Mixture
from sameas.matching.model.rarity import Drawn, rarity_of
from sameas.matching.model.shape import CONTEXTS, LEVELS, Shape
from sameas.matching.model.sight import Sight
from sameas.matching.model.tables import RARITY
from sameas.matching.model.terms import terms_of

FIELDS = (Field("family_name", "family_name", ("last_name",)), Field("city", "text", ("city",)))
SHAPE = Shape((8, 6), ((), ()))
COMMON, RARE = "smith", [f"name{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(200)]


def sight_of(names: list[str], cities: list[str]) -> Sight:
    columns, codes = [], []
    for texts in (names, cities):
        values = sorted(set(texts))
        place = {value: number for number, value in enumerate(values)}
        codes.append(np.array([place[text] for text in texts], dtype=np.int32))
        columns.append(Coded(codes[-1], pa.array(values)))
    rows = np.stack(codes, axis=1)
    return Sight.of(FIELDS, columns, rows, np.ones(len(rows), dtype=np.int64))


def test_against_who_shares_a_name_for_a_reason_its_rarity_says_nothing() -> None:
    # matches: a rare name and one city; housemates: a rare name; namesakes: the common one
    names = [*(name for name in RARE for _ in range(4)), *[COMMON] * 800]
    cities = [f"c{n // 2}" for n in range(800)] + [f"d{n}" for n in range(800)]
    sight = sight_of(names, cities)
    same = np.arange(0, 800, 2, dtype=np.int32)
    home = np.arange(1, 800, 4, dtype=np.int32)
    chance = np.arange(800, 1_600, 2, dtype=np.int32)
    left = np.concatenate([same, home, chance])
    patterns = sight.patterns(left, left + 1)
    m = np.ones((2, CONTEXTS, LEVELS))
    m[:, :, 1:] = 0.01
    m[:, :, 1] = 0.9
    homes, others = m.copy(), m.copy()
    homes[1, :, 1], homes[1, :, 6] = 0.001, 0.9
    others[0, :, 1], others[1, :, 1] = 0.3, 0.001
    found = Mixture(m, (homes, others), (0.4, 0.3, 0.3))
    terms = [terms_of(sight.carriers(place)).by_code for place in range(2)]
    most = np.full((2, CONTEXTS), RARITY, dtype=np.int64)
    out = rarity_of(SHAPE, found, sight, Drawn(left, patterns), terms, most)
    assert out.shape == (2, 2, CONTEXTS)
    assert out[1, 0, 0] > out[0, 0, 0]
    assert (out <= RARITY).all()
    assert (rarity_of(SHAPE, found, sight, Drawn(left, patterns), terms, most * 0) == 0).all()

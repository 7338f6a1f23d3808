"""Train a model on records without labels: a pure function of the distinct vectors and counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sameas.matching import compare
from sameas.matching.model.draws import agreeing, at_random, thinned
from sameas.matching.model.estimate import Sample, declared, expected_matches, fit
from sameas.matching.model.form import Comparison, Model
from sameas.matching.model.hanging import hanging
from sameas.matching.model.learn import Refined, bits_of, refine
from sameas.matching.model.shape import CONTEXTS, LEVELS, Counted, Shape
from sameas.matching.model.sight import Sight
from sameas.matching.model.tables import BIT, Tables, whole
from sameas.matching.model.terms import Terms, terms_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sameas.matching.blocking import Key
    from sameas.matching.fields import Coded, Field
    from sameas.matching.model.estimate import Estimate

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]

__all__ = ["Report", "train"]

AT_RANDOM = 500_000
PER_KEY = 100_000
CANDIDATES = 300_000
INSIDE = 2_000_000
EDGE = -4 * BIT
MIN_FIELDS = 2


@dataclass(frozen=True, slots=True)
class Report:
    """What training did."""

    records: int
    vectors: int
    share: float
    """Of matches among pairs at random, as first estimated."""
    rates: tuple[tuple[str, float], ...]
    first: Tables
    refined: Refined
    tables: Tables
    estimate: Estimate


def train(
    fields: Sequence[Field],
    columns: Sequence[Coded],
    codes: Ints,
    counts: Longs,
    *,
    keys: Sequence[Key],
    hashes: Sequence[Longs],
    candidates: tuple[Ints, Ints],
    max_key_records: int,
) -> tuple[Model, Report]:
    """Learn a model; `hashes` has each vector's value of each key (-1: none)."""
    sight = Sight.of(fields, columns, codes, counts)
    names = [compare.levels(field.kind) for field in fields]
    shape, reach = hanging(sight, tuple(map(len, names)))
    terms = [terms_of(sight.carriers(place)) for place in range(len(shape))]
    first, prior = _first(sight, shape, keys, hashes, candidates)
    tables = Tables.of(
        shape,
        whole(bits_of(shape, first.m, first.u)),
        [one.by_code for one in terms],
        prior=round(prior * BIT),
        reach=reach,
        min_fields=MIN_FIELDS,
    )
    left, right = candidates
    seen = sight.patterns(left, right)
    refined = refine(
        shape,
        first,
        tables,
        sight.codes,
        candidates=(left, right, seen),
        patterns_of=sight.patterns,
        edge_threshold=EDGE,
        limit=INSIDE,
    )
    model = _model(sight, shape, names, terms, reach, first, refined, keys, max_key_records)
    report = Report(
        int(counts.sum()),
        len(sight),
        first.share,
        first.rates,
        tables,
        refined,
        refined.tables,
        first,
    )
    return model, report


def _left_out(shape: Shape, key: Key, fields: Sequence[Field]) -> frozenset[int]:
    """A key's own fields, and what they hang on: equal emails have equal names, matches or not."""
    own = {part.field for part in key.parts}
    places = {place for place, field in enumerate(fields) if field.name in own}
    return frozenset(places.union(*(shape.given[place] for place in places)))


def _first(
    sight: Sight,
    shape: Shape,
    keys: Sequence[Key],
    hashes: Sequence[Longs],
    candidates: tuple[Ints, Ints],
) -> tuple[Estimate, float]:
    """The first estimate, and the prior in bits."""
    drawn = at_random(sight.counts, AT_RANDOM)
    random = Counted.of(sight.patterns(drawn.left, drawn.right), drawn.counts)
    samples = [Sample("at random", random, at_random=True)]
    for key, column in zip(keys, hashes, strict=True):
        pairs = agreeing(column, column >= 0, PER_KEY)
        if len(pairs.left):
            counted = Counted.of(sight.patterns(pairs.left, pairs.right))
            samples.append(Sample(key.name, counted, _left_out(shape, key, sight.fields)))
    n = int(sight.counts.sum())
    pairs_in_all = max(n * (n - 1) / 2, 1.0)
    left, right = thinned(*candidates, CANDIDATES)
    scale = len(candidates[0]) / max(len(left), 1)
    counted = Counted.of(sight.patterns(left, right))
    chance = declared_chance(shape)
    share = min(0.5 * n / pairs_in_all, 0.1)
    for _ in range(2):
        estimate = fit(shape, samples, chance=chance, share=share)
        found = expected_matches(
            estimate, shape, counted, pairs=pairs_in_all / scale, share=share
        )
        share = min(max(found * scale / pairs_in_all, 1e-12), 0.5)
    return estimate, float(np.log2(share) - np.log2(1 - share))


def declared_chance(shape: Shape) -> Floats:
    """What others look like before anything is known: nearly always different."""
    u = np.ones((len(shape), CONTEXTS, LEVELS))
    for place, n in enumerate(shape.levels):
        u[place, :, 1:n] = 0.1 / (n - 1)
        u[place, :, n] = 0.9
    return u


def _model(
    sight: Sight,
    shape: Shape,
    names: Sequence[tuple[str, ...]],
    terms: Sequence[Terms],
    reach: Sequence[int],
    first: Estimate,
    refined: Refined,
    keys: Sequence[Key],
    max_key_records: int,
) -> Model:
    comparisons = []
    for place, (field, column) in enumerate(zip(sight.fields, sight.columns, strict=True)):
        used = CONTEXTS if shape.given[place] else 1
        levels = slice(1, shape.levels[place] + 1)
        spoken = {column.values[code]: int(terms[place].by_code[code]) for code in terms[place].kept}

        def rows(table: NDArray[np.generic]) -> tuple[tuple[int, ...], ...]:
            return tuple(tuple(map(int, table[place, c, levels])) for c in range(used))  # noqa: B023

        comparisons.append(
            Comparison(
                field,
                names[place],
                shape.given[place],
                rows(refined.tables.weights),
                rows(np.rint(first.m * 1e6)),
                rows(np.rint(first.u * 1e6)),
                spoken,
                terms[place].floor,
                reach[place],
            )
        )
    return Model(
        tuple(comparisons),
        tuple(keys),
        refined.tables.prior,
        EDGE,
        EDGE,
        0,
        max_key_records,
        MIN_FIELDS,
    )


_ = declared

"""Train a model on records without labels: a pure function of the distinct vectors and counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sameas.matching import compare
from sameas.matching.cluster.units import BIT, MISSING
from sameas.matching.model.draws import agreeing, at_random, grouped, of_records, thinned
from sameas.matching.model.estimate import Sample, expected_matches, fit
from sameas.matching.model.form import Comparison, Model
from sameas.matching.model.hanging import hanging
from sameas.matching.model.kin import CONTACTS, Kin
from sameas.matching.model.labels import calibrated, taught
from sameas.matching.model.learn import Refined, laid, look, refine
from sameas.matching.model.mixture import alone, mixture
from sameas.matching.model.rarity import Drawn, rarity_of
from sameas.matching.model.shape import CONTEXTS, LEVELS, Counted, Shape
from sameas.matching.model.sight import Sight
from sameas.matching.model.tables import Tables, parts_of, whole
from sameas.matching.model.teaching import Teaching
from sameas.matching.model.terms import Terms, terms_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from sameas.matching.blocking import Groups, Key
    from sameas.matching.fields import Coded, Field
    from sameas.matching.model.draws import Pairs
    from sameas.matching.model.estimate import Estimate
    from sameas.matching.model.labels import Labels
    from sameas.matching.model.mixture import Mixture

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]

__all__ = ["Report", "train"]

AT_RANDOM = 500_000
PER_KEY = 100_000
CANDIDATES = 300_000
INSIDE = 300_000
MARGIN = 8 * BIT
"""So far below the edge threshold a pair may get over it while the model learns."""
EDGE = -5 * BIT // 2
"""From here on a pair joins components and is kept. Pairs down to -4 bits find no more people (ten
tables), but chain them together: a record that comes by itself costs a third more. From 0 on less
is found where there are few fields."""
MIN_FIELDS = 2
SHARES = 6
SETTLED = 0.02
"""How many matches there are is estimated until it moves by so little, or so many times."""
REVIEWED = 0.1
"""A person should look at pairs that are at least so likely one person."""


@dataclass(frozen=True, slots=True)
class Report:
    """What training did."""

    records: int
    vectors: int
    rates: tuple[tuple[str, float], ...]
    """Of matches among pairs at random, and in each key that was learnt from."""
    shares: tuple[float, ...]
    """Of the candidates how many are matches, and how many each explanation explains; of all pairs,
    where chance is the one explanation."""
    first: Tables
    """Before learning inside pieces."""
    refined: Refined
    weights: Longs
    """Of each candidate, in their order: what the model says of it."""
    sight: Sight
    """The vectors, prepared: preparing them again costs as much as comparing a million pairs."""


def train(
    fields: Sequence[Field],
    columns: Sequence[Coded],
    codes: Ints,
    counts: Longs,
    *,
    keys: Sequence[Key],
    groups: Sequence[Groups],
    candidates: tuple[Ints, Ints],
    max_key_records: int,
    labels: Labels | None = None,
) -> tuple[Model, Report]:
    """Learn a model from distinct vectors (rows of `codes`), who has them, and their candidates.

    `groups` are those of each key; the candidates are (left, right), each pair once. Labelled
    pairs of vectors refine what the records teach by themselves.
    """
    sight = Sight.of(fields, columns, codes, counts)
    names = [compare.levels(field.kind) for field in fields]
    shape, rarity, anchors = hanging(sight, tuple(map(len, names)))
    terms = [terms_of(sight.carriers(place)) for place in range(len(shape))]
    left, right = candidates
    patterns = sight.patterns(left, right)
    told = left != right
    first = _first(sight, shape, anchors, keys, groups, (left, right, patterns))
    drawn = np.flatnonzero(thinned(left, right, CANDIDATES) & told)
    n = int(sight.counts.sum())
    kin = Kin.of(fields)
    mixed = mixture(shape, first, Counted.of(patterns[drawn]), kin=kin, records=n)
    if mixed.by_chance:
        # nearly all that matches say is compared, so many say the very same
        mixed = alone(
            _first(sight, shape, anchors, keys, groups, (left, right, patterns), by_chance=True)
        )
    by_code = [one.by_code for one in terms]
    sample = Drawn(left[drawn], patterns[drawn])
    bits, priors = laid(shape, mixed)
    tables = Tables.of(
        shape,
        whole(bits),
        by_code,
        priors=whole(priors),
        rarity=rarity_of(shape, mixed, sight, sample, by_code, rarity),
        parts=parts_of([field.kind for field in fields]),
        min_fields=MIN_FIELDS,
    )
    near = told & (tables.weigh(patterns, sight.codes, left) >= EDGE - MARGIN)
    arguments: dict[str, Any] = {
        "candidates": (left[near], right[near], patterns[near]),
        "patterns_of": sight.patterns,
        "edge_threshold": EDGE,
        "limit": INSIDE,
    }
    refined = refine(shape, mixed, tables, sight.codes, **arguments)
    last = refined.tables
    if labels is not None and len(labels.left):
        asked = sight.patterns(labels.left, labels.right)
        weights = last.weigh(asked, sight.codes, labels.left)
        said = weights != MISSING
        last = taught(shape, last, asked[said], weights[said], labels.same[said])
    label = look(last, sight.codes, **arguments).label
    weights = last.weigh(patterns, sight.codes, left)
    edge = told & (weights >= EDGE) & (label[left] >= 0) & (label[right] >= 0)
    calibration = calibrated(weights[edge], label[left[edge]] == label[right[edge]])
    model = Model(
        _comparisons(sight, shape, names, terms, mixed, last),
        tuple(keys),
        tuple(map(int, last.priors)),
        EDGE,
        _review(*calibration),
        0,
        max_key_records,
        MIN_FIELDS,
        *calibration,
        trained={"records": int(counts.sum()), "vectors": len(sight), "candidates": len(left)},
    )
    return model, Report(
        int(counts.sum()), len(sight), first.rates, mixed.shares, tables, refined, weights, sight
    )


def _review(slope: int, intercept: int) -> int:
    """The weight from which a pair is one person in one case of ten, between edge and cut."""
    bits = (np.log2(REVIEWED / (1 - REVIEWED)) * BIT - intercept) / slope
    return min(max(round(float(bits) * BIT), EDGE), 0)


def _first(
    sight: Sight,
    shape: Shape,
    anchors: dict[int, Floats],
    keys: Sequence[Key],
    groups: Sequence[Groups],
    candidates: tuple[Ints, Ints, NDArray[np.uint64]],
    *,
    by_chance: bool = False,
) -> Estimate:
    """What matches and chance look like, before the candidates are looked at as a whole.

    Learned from pairs of vectors; where others are alike `by_chance` alone, from pairs of records:
    there are so few fields that many say the very same.
    """
    drawn = at_random(sight.counts, AT_RANDOM)
    random = Counted.of(sight.patterns(drawn.left, drawn.right), drawn.counts)
    samples = [Sample("at random", random, at_random=True)]
    chance = declared_chance(shape)
    n = max(int(sight.counts.sum()), 2)
    lasting = frozenset(place for place, _ in Kin.of(sight.fields).lasting)
    teaching = Teaching.of(sight.fields, shape, random, chance, n)
    counts = sight.counts if by_chance else np.ones_like(sight.counts)
    for name, own, pairs in _telling(sight, keys, groups, counts):
        if len(pairs.left):
            counted = Counted.of(sight.patterns(pairs.left, pairs.right), pairs.counts)
            samples.append(teaching.sample(name, own, counted))
    if by_chance:
        samples += _by_contact(sight, [one.without for one in samples[1:]], lasting)
    pairs_in_all = max(n * (n - 1) / 2, 1.0)
    left, right, patterns = candidates
    some = thinned(left, right, CANDIDATES)
    times = of_records(left, right, counts)
    counted = Counted.of(patterns[some], times[some])
    scale = int(times.sum()) / max(int(counted.counts.sum()), 1)
    share = min(max(0.5 * n / pairs_in_all, 1e-12), 0.1)
    for _ in range(SHARES):
        estimate = fit(shape, samples, chance=chance, share=share, anchors=anchors, lasting=lasting)
        if not len(left):
            break  # nothing says how many there are
        found = expected_matches(
            estimate, shape, counted, pairs=pairs_in_all / max(scale, 1.0), share=share
        )
        before, share = share, min(max(found * scale / pairs_in_all, 1e-12), 0.5)
        if abs(share - before) <= SETTLED * before:
            break
    return estimate


def _telling(
    sight: Sight, keys: Sequence[Key], groups: Sequence[Groups], counts: Longs
) -> Iterator[tuple[str, frozenset[int], Pairs]]:
    """Pairs to learn matches from: a name, the fields that say nothing among them, the pairs.

    Those of the keys whose pairs share something that housemates do not. Households share
    addresses, phones and family names; in a block of such a key they are a third kind of pair
    between matches and chance, and EM takes them for matches. If no key is so, pairs that are equal
    in such a field; if there is no such field, any key will have to do.
    """
    fields = sight.fields
    mine = [place for place, _ in Kin.of(fields).own]
    names = {fields[place].name for place in mine}
    both = list(zip(keys, groups, strict=True))
    told = [
        (key, group)
        for key, group in both
        if any(len(set(part.fields) - names) < part.choose for part in key.parts)
    ]
    for key, group in told or (both if not mine else []):
        own = frozenset(place for place, field in enumerate(fields) if field.name in key.fields)
        yield key.name, own, agreeing(group.members, group.starts, PER_KEY, counts)
    for place in mine if not told else ():
        yield (
            fields[place].name,
            frozenset([place]),
            agreeing(*grouped(sight.codes[:, place]), PER_KEY, counts),
        )


def _by_contact(
    sight: Sight, own: Sequence[frozenset[int]], lasting: frozenset[int]
) -> Iterator[Sample]:
    """What no key teaches, since all read it, teach those who share an email or a telephone.

    Where there is no household to share them, they are one person's, but for a few.
    """
    if not any(all(place in one for one in own) for place in lasting):
        return
    for place, field in enumerate(sight.fields):
        if field.kind in CONTACTS:
            pairs = agreeing(*grouped(sight.codes[:, place]), PER_KEY, sight.counts)
            counted = Counted.of(sight.patterns(pairs.left, pairs.right), pairs.counts)
            yield Sample(field.name, counted, frozenset([place]))


def declared_chance(shape: Shape) -> Floats:
    """What others look like before anything is known: nearly always different."""
    u = np.ones((len(shape), CONTEXTS, LEVELS))
    for place, n in enumerate(shape.levels):
        u[place, :, 1:n] = 0.1 / (n - 1)
        u[place, :, n] = 0.9
    return u


def _rows(table: NDArray[Any], n_levels: int, used: int) -> tuple[tuple[int, ...], ...]:
    """One comparison's whole numbers by context and level."""
    return tuple(tuple(map(int, row)) for row in table[:used, 1 : n_levels + 1])


def _comparisons(
    sight: Sight,
    shape: Shape,
    names: Sequence[tuple[str, ...]],
    terms: Sequence[Terms],
    mixed: Mixture,
    tables: Tables,
) -> tuple[Comparison, ...]:
    out = []
    for place, (field, column) in enumerate(zip(sight.fields, sight.columns, strict=True)):
        own = terms[place]
        size = shape.levels[place], CONTEXTS if shape.given[place] else 1
        spoken = {str(column.values[int(code)]): int(own.by_code[code]) for code in own.kept}
        out.append(
            Comparison(
                field,
                names[place],
                shape.given[place],
                tuple(_rows(one[place], *size) for one in tables.weights),
                tuple(tuple(map(int, one[place, : size[1]])) for one in tables.rarity),
                _rows(np.rint(mixed.m[place] * 1e6), *size),
                tuple(_rows(np.rint(u[place] * 1e6), *size) for u in mixed.u),
                spoken,
                own.floor,
            )
        )
    return tuple(out)

"""A model as one JSON text: everything in it, in a fixed order, so equal models are equal texts.

Reading checks the whole document and raises all its faults at once. The version is that of the
format *and* of what the numbers mean: a model of another version is refused, not guessed at.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import msgspec

from sameas.errors import Fault, ModelError
from sameas.matching import blocking, compare, fields
from sameas.matching.model.form import Comparison, Model
from sameas.matching.model.shape import CONTEXTS, MAX_COMPARISONS
from sameas.matching.model.tables import RARITY

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["VERSION", "from_json", "to_json"]

VERSION = 1

_MOST = 1 << 40
"""A weight is less than this either way (a million bits), so sums of them fit 64 bits."""


class _Field(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    kind: fields.FieldKind
    traits: tuple[str, ...]
    identifier: str | None
    region: str
    month_first: bool


class _Level(msgspec.Struct, forbid_unknown_fields=True):
    level: str
    weights: tuple[tuple[int, ...], ...]
    matches_per_million: tuple[int, ...]
    others_per_million: tuple[tuple[int, ...], ...]


class _Comparison(msgspec.Struct, forbid_unknown_fields=True):
    field: _Field
    given: tuple[str, ...]
    levels: tuple[_Level, ...]
    rarity_counts: tuple[tuple[int, ...], ...]
    rarity_unknown: int
    rarity: dict[str, int]


class _Document(msgspec.Struct, forbid_unknown_fields=True):
    version: int
    unit: str
    priors: tuple[int, ...]
    edge_threshold: int
    review_threshold: int
    cut: int
    max_key_records: int
    min_fields: int
    slope: int
    intercept: int
    trained: dict[str, int]
    comparisons: tuple[_Comparison, ...]
    blocking: tuple[dict[str, Any], ...]


def to_json(model: Model) -> str:
    """The model's text: one line a value where it is long, ending in a newline."""
    names = [one.field.name for one in model.comparisons]
    comparisons = [
        {
            "field": asdict(one.field),
            "given": [names[place] for place in one.given],
            "levels": [
                {
                    "level": name,
                    "weights": [[row[number] for row in rows] for rows in one.weights],
                    "matches_per_million": [row[number] for row in one.matches],
                    "others_per_million": [[row[number] for row in rows] for rows in one.others],
                }
                for number, name in enumerate(one.levels)
            ],
            "rarity_counts": one.rarity,
            "rarity_unknown": one.floor,
            "rarity": dict(sorted(one.terms.items())),
        }
        for one in model.comparisons
    ]
    document = {
        "version": VERSION,
        "unit": "2**-20 bit",
        "priors": model.priors,
        "edge_threshold": model.edge_threshold,
        "review_threshold": model.review_threshold,
        "cut": model.cut,
        "max_key_records": model.max_key_records,
        "min_fields": model.min_fields,
        "slope": model.slope,
        "intercept": model.intercept,
        "trained": dict(sorted(model.trained.items())),
        "comparisons": comparisons,
        "blocking": [key.to_dict() for key in model.blocking],
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def from_json(text: str | bytes, *, where: str = "model") -> Model:
    """The model of a text; `where` names it in faults.

    Raises:
        ModelError: it is no model of this version, with every fault that was found.
    """
    try:
        version = msgspec.json.decode(text).get("version")
    except (msgspec.DecodeError, AttributeError) as error:
        raise ModelError(Fault(where, "is no JSON object", "give a model.json")) from error
    if version != VERSION:
        what = f"has version {version!r}, this program reads {VERSION}"
        raise ModelError(Fault(where, what, "train a model anew: sameas train"))
    try:
        document = msgspec.json.decode(text, type=_Document)
    except msgspec.ValidationError as error:
        raise ModelError(Fault(where, str(error), "give a model.json as it was written")) from error
    faults = [
        Fault(f"{where}: {place}", what, remedy) for place, what, remedy in _checked(document)
    ]
    if faults:
        raise ModelError(faults)
    names = {one.field.name: place for place, one in enumerate(document.comparisons)}
    return Model(
        tuple(_comparison(one, names) for one in document.comparisons),
        tuple(blocking.Key.from_dict(one) for one in document.blocking),
        document.priors,
        document.edge_threshold,
        document.review_threshold,
        document.cut,
        document.max_key_records,
        document.min_fields,
        document.slope,
        document.intercept,
        document.trained,
    )


def _comparison(one: _Comparison, names: dict[str, int]) -> Comparison:
    contexts = range(CONTEXTS if one.given else 1)
    kinds = range(len(one.rarity_counts))
    return Comparison(
        fields.Field(**msgspec.structs.asdict(one.field)),
        tuple(level.level for level in one.levels),
        tuple(names[name] for name in one.given),
        tuple(
            tuple(tuple(level.weights[k][c] for level in one.levels) for c in contexts)
            for k in kinds
        ),
        one.rarity_counts,
        tuple(tuple(level.matches_per_million[c] for level in one.levels) for c in contexts),
        tuple(
            tuple(tuple(level.others_per_million[k][c] for level in one.levels) for c in contexts)
            for k in kinds
        ),
        one.rarity,
        one.rarity_unknown,
    )


def _checked(document: _Document) -> Iterator[tuple[str, str, str]]:
    """Where, what and remedy of each fault that types do not see."""
    names = [one.field.name for one in document.comparisons]
    if not 0 < len(names) <= MAX_COMPARISONS:
        yield "comparisons", f"{len(names)} of them", f"1 to {MAX_COMPARISONS}"
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield name, "is compared twice", "one comparison a field"
    if document.min_fields < 1:
        yield "min_fields", f"is {document.min_fields}", "at least 1"
    if document.max_key_records < 2:
        yield "max_key_records", f"is {document.max_key_records}", "at least 2"
    if document.slope <= 0:
        yield "slope", f"is {document.slope}", "more than 0"
    if document.review_threshold > document.cut:
        yield "review_threshold", "is above the cut", f"at most {document.cut}"
    for name in ("edge_threshold", "review_threshold", "cut", "intercept"):
        if abs(getattr(document, name)) >= _MOST:
            yield name, "is no weight", f"less than {_MOST} either way"
    if not document.priors or any(abs(prior) >= _MOST for prior in document.priors):
        yield "priors", f"are {document.priors}", f"one or more, less than {_MOST} either way"
    for one in document.comparisons:
        yield from _checked_one(one, set(names), len(document.priors))
    for number, key in enumerate(document.blocking):
        where = f"blocking[{number}]"
        try:
            unknown = sorted(blocking.Key.from_dict(key).fields - set(names))
        except (KeyError, TypeError, ValueError) as error:
            yield where, f"is no key: {error!r}", "as it was written"
            continue
        for name in unknown:
            yield where, f"reads {name!r}", "a field that is compared"


def _checked_one(one: _Comparison, names: set[str], kinds: int) -> Iterator[tuple[str, str, str]]:
    name = one.field.name
    wanted = compare.levels(one.field.kind)
    if tuple(level.level for level in one.levels) != wanted:
        yield name, "has other levels than its kind", ", ".join(wanted)
    for parent in one.given:
        if parent not in names or parent == name:
            yield name, f"hangs on {parent!r}", "another field that is compared"
    contexts = CONTEXTS if one.given else 1
    shape = [contexts] * kinds
    wanted_shape = f"{contexts} for each of {kinds} explanations"
    for level in one.levels:
        tables = (level.weights, level.others_per_million)
        if any([*map(len, table)] != shape for table in tables):
            yield f"{name} {level.level}", "has another count of numbers", wanted_shape
        if len(level.matches_per_million) != contexts:
            yield f"{name} {level.level}", "has another count of matches", f"{contexts}"
        if any(abs(weight) >= _MOST for row in level.weights for weight in row):
            yield f"{name} {level.level}", "is no weight", f"less than {_MOST} either way"
    if [*map(len, one.rarity_counts)] != shape:
        yield f"{name} rarity_counts", "has another count of numbers", wanted_shape
    if any(not 0 <= share <= RARITY for row in one.rarity_counts for share in row):
        yield f"{name} rarity_counts", "is no share", f"0 to {RARITY}"
    if any(abs(weight) >= _MOST for weight in (*one.rarity.values(), one.rarity_unknown)):
        yield f"{name} rarity", "is no weight", f"less than {_MOST} either way"

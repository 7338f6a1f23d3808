"""A trained model: a function of the records, one text, and equal weights in all its forms."""

from __future__ import annotations

import json
import os
import random

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.matching.model.invented import FIELDS, World, rows, texts, trained, world

from sameas.errors import ModelError
from sameas.matching.model import (
    MISSING,
    Labels,
    Model,
    from_json,
    tables_of,
    to_json,
)
from sameas.matching.model import sight as sight_module
from sameas.matching.model import tables as tables_module
from sameas.matching.model.sight import Sight
from sameas.threads import alone

Ints = NDArray[np.int32]


@pytest.fixture(scope="module")
def found() -> World:
    return world(rows(200, 1))


@pytest.fixture(scope="module")
def model(found: World) -> Model:
    return trained(found)[0]


def some_pairs(found: World) -> tuple[Ints, Ints]:
    rng = np.random.default_rng(3)
    ends = rng.integers(0, len(found.vectors), (2, 300)).astype(np.int32)
    return ends.min(axis=0), ends.max(axis=0)


def many(found: World, model: Model, left: Ints, right: Ints) -> list[int]:
    codes = found.vectors.codes
    sight = Sight.of(FIELDS, found.columns, codes, found.vectors.counts.astype(np.int64))
    weights = tables_of(model, found.columns).weigh(sight.patterns(left, right), sight.codes, left)
    return [int(weight) for weight in weights]


def test_the_order_of_rows_does_not_change_a_letter_of_the_model(model: Model) -> None:
    other = rows(200, 1)
    random.Random(7).shuffle(other)
    assert to_json(trained(world(other))[0]) == to_json(model)


def test_weights_are_the_same_on_any_number_of_processors(
    found: World, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pairs are compared and weighed in small pieces by four threads, or in one by none."""
    left, right = some_pairs(found)
    with alone():
        whole = many(found, model, left, right)
    monkeypatch.setattr(sight_module, "CHUNK", 37)
    monkeypatch.setattr(tables_module, "_CHUNK", 41)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(4)), raising=False)
    assert many(found, model, left, right) == whole


def test_many_weights_at_once_are_those_of_single_pairs(found: World, model: Model) -> None:
    left, right = some_pairs(found)
    single = [
        model.weight(texts(found, int(a)), texts(found, int(b)))
        for a, b in zip(left, right, strict=True)
    ]
    assert many(found, model, left, right) == [MISSING if w is None else w for w in single]


def test_a_model_may_have_more_explanations_than_are_summed_at_once(
    found: World, model: Model
) -> None:
    """The least of all counts, also where it is among the fifth and those behind it."""
    left, right = some_pairs(found)
    codes = found.vectors.codes
    sight = Sight.of(FIELDS, found.columns, codes, found.vectors.counts.astype(np.int64))
    arguments = sight.patterns(left, right), sight.codes, left
    tables = tables_of(model, found.columns)
    unlikely = tables.priors + (1 << 30)
    more = tables._replace(
        priors=np.concatenate([unlikely] * 4 + [tables.priors]),
        weights=np.concatenate([tables.weights] * 5),
        rarity=np.concatenate([tables.rarity] * 5),
    )
    assert len(more.priors) > 4
    assert more.weigh(*arguments).tolist() == tables.weigh(*arguments).tolist()


def test_a_weight_is_the_same_either_way_round(found: World, model: Model) -> None:
    for a, b in zip(*some_pairs(found), strict=True):
        ours, theirs = texts(found, int(a)), texts(found, int(b))
        assert model.weight(ours, theirs) == model.weight(theirs, ours)


def test_the_steps_of_an_explanation_sum_to_the_weight(found: World, model: Model) -> None:
    for a, b in zip(*some_pairs(found), strict=True):
        ours, theirs = texts(found, int(a)), texts(found, int(b))
        weight = model.weight(ours, theirs)
        total, explanation = model.judged(ours, theirs)
        steps = model.explain(ours, theirs)
        assert [step.field for step in steps] == [field.name for field in FIELDS]
        assert model.priors[explanation] + sum(step.weight for step in steps) == total
        assert weight in {None, total}


def test_a_model_is_the_same_after_its_text_was_read(found: World, model: Model) -> None:
    again = from_json(to_json(model))
    assert again == model
    assert to_json(again) == to_json(model)
    left, right = some_pairs(found)
    assert many(found, again, left, right) == many(found, model, left, right)


def test_people_are_told_apart_without_a_label(found: World) -> None:
    _, report = trained(found)
    assert sum(report.shares) == pytest.approx(1)
    # names, a birth date and an email: others are alike by chance alone, beside all pairs
    records = len(found.person)
    same = sum(found.person.count(one) - 1 for one in found.person) / 2
    assert report.shares[0] == pytest.approx(same / (records * (records - 1) / 2), rel=0.3)


def test_values_never_seen_in_training_are_weighed(model: Model) -> None:
    vector = ("zacharias", "quillfeather", "1931-02-03", "zq@example.org")
    weight = model.weight(vector, vector)
    assert weight is not None
    assert weight > 0
    assert model.probability(weight) > 0.9


def test_too_few_common_fields_say_nothing(model: Model) -> None:
    assert model.weight(("ann", "", "", ""), ("ann", "", "", "")) is None
    assert model.weight(("ann", "smith", "", ""), ("", "", "1970-01-02", "a@b.example")) is None


@pytest.mark.parametrize(
    "table",
    [
        [],
        [{"given_name": "ann", "family_name": "smith", "birth_date": "", "email": ""}],
        [{"given_name": "", "family_name": "", "birth_date": "", "email": ""}] * 5,
        [{"given_name": "ann", "family_name": "fox", "birth_date": "1970-02-03", "email": ""}] * 9,
        [
            {"given_name": name, "family_name": "smith", "birth_date": "", "email": ""}
            for name in ("ann", "bob", "carla")
        ],
    ],
    ids=["empty", "one record", "all missing", "all equal", "one value in a column"],
)
def test_little_to_learn_from_gives_a_model_with_finite_weights(
    table: list[dict[str, str]],
) -> None:
    model, _ = trained(world([(row, 0) for row in table]))
    again = from_json(to_json(model))
    same = ("ann", "smith", "1970-02-03", "ann@example.com")
    other = ("bob", "jones", "1980-05-06", "bob@example.org")
    ours, theirs = again.weight(same, same), again.weight(same, other)
    assert ours is not None
    assert theirs is not None
    assert ours > 0 > theirs


def test_labels_move_the_weights_their_way(found: World, model: Model) -> None:
    left, right = some_pairs(found)
    apart = left < right
    labels = Labels(left[apart], right[apart], np.ones(int(apart.sum()), dtype=np.bool_))
    taught = trained(found, labels)[0]
    mean = np.mean([w for w in many(found, taught, left, right) if w != MISSING])
    assert mean > np.mean([w for w in many(found, model, left, right) if w != MISSING])


def test_probabilities_rise_with_the_weight_and_stay_between_0_and_1(model: Model) -> None:
    weights = [bits << 20 for bits in range(-100, 101, 5)]
    found = [model.probability(weight) for weight in weights]
    assert found == sorted(found)
    assert 0 <= found[0] < found[-1] <= 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"version": 99}, "version 99"),
        ({"min_fields": 0}, "min_fields"),
        ({"max_key_records": 1}, "max_key_records"),
        ({"priors": []}, "priors"),
        ({"review_threshold": 5}, "review_threshold"),
        ({"cut": "high"}, "cut"),
        ({"unheard_of": 1}, "unheard_of"),
        ({"comparisons": []}, "comparisons"),
    ],
)
def test_a_text_with_a_fault_is_refused_with_its_place(
    model: Model, change: dict[str, object], words: str
) -> None:
    document = json.loads(to_json(model)) | change
    with pytest.raises(ModelError, match=words):
        from_json(json.dumps(document))


def test_all_faults_are_named_at_once(model: Model) -> None:
    document = json.loads(to_json(model)) | {"min_fields": 0, "max_key_records": 0}
    document["comparisons"][0]["levels"].pop()
    with pytest.raises(ModelError) as caught:
        from_json(json.dumps(document), where="m.json")
    assert len(caught.value.faults) == 3


@pytest.mark.parametrize("text", ["", "[]", "nonsense", b"\xff"])
def test_what_is_no_model_is_refused(text: str | bytes) -> None:
    with pytest.raises(ModelError):
        from_json(text)


def test_swapped_names_weigh_once_and_the_same_in_all_forms(model: Model) -> None:
    person = {"birth_date": "1970-01-02", "email": ""}
    found = world(
        [
            ({"given_name": "ann", "family_name": "smith", **person}, 1),
            ({"given_name": "smyth", "family_name": "ann", **person}, 1),
            ({"given_name": "bob", "family_name": "walker", **person}, 2),
        ]
    )
    pairs = [(0, 1), (0, 2), (1, 2)]
    left, right = np.array(pairs, dtype=np.int32).T
    single = [model.weight(texts(found, a), texts(found, b)) for a, b in pairs]
    assert many(found, model, left, right) == single
    swapped = ("ann", "smith", "1970-01-02", ""), ("smyth", "ann", "1970-01-02", "")
    steps = model.explain(*swapped)
    assert [step.level for step in steps] == ["swapped", "swapped", "equal", "missing"]
    assert steps[1].weight == 0
    weight = model.weight(*swapped)
    assert weight is not None
    different = model.weight(swapped[0], ("bob", "walker", "1970-01-02", ""))
    assert different is not None
    assert weight > different


def test_swapped_names_alone_are_one_field(model: Model) -> None:
    assert model.weight(("ann", "smith", "", ""), ("smith", "ann", "", "")) is None

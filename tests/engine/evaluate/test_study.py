"""Looking into an output that has a model, beside plain loops over all pairs of records."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
from tests.people import made

from sameas.engine.batch import resolve_files
from sameas.engine.evaluate import Study, evaluate, evaluate_partition, read_truth, study
from sameas.engine.evaluate.again import Again, pairs_within
from sameas.engine.evaluate.calibration import EDGES, calibration
from sameas.engine.evaluate.mistakes import causes, mistakes
from sameas.engine.evidence import BIT, MISSING
from sameas.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from sameas.engine.batch.partition import Partition


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An output with a model (`out`) and the truth of its records."""
    where = tmp_path_factory.mktemp("study")
    records, truth = made(800)
    records.write_parquet(where / "records.parquet")
    truth.write_parquet(where / "truth.parquet")
    resolve_files([where / "records.parquet"], where / "out")
    return where


@pytest.fixture(scope="module")
def again(folder: Path) -> Again:
    found = Again.open(folder / "out", read_truth(folder / "truth.parquet"))
    assert found is not None
    return found


@pytest.fixture(scope="module")
def parts(again: Again) -> Partition:
    return again.resolved()


@pytest.fixture(scope="module")
def found(folder: Path) -> Study:
    result = study(folder / "out", folder / "truth.parquet", examples=1)
    assert result is not None
    return result


def pairs_of(again: Again) -> list[tuple[int, int, int]]:
    """All pairs of records that have a weight, one by one."""
    model, columns = again.matched.model, again.columns
    vectors = [model.vector(columns.record(row)) for row in range(len(columns))]
    candidates = set(
        zip(again.matched.scores.left.tolist(), again.matched.scores.right.tolist(), strict=True)
    )
    number = again.matched.scores.vector.tolist()
    found = []
    for a, b in combinations(range(len(columns)), 2):
        left, right = vectors[a], vectors[b]
        ends = min(number[a], number[b]), max(number[a], number[b])
        if left is None or right is None or ends not in candidates:
            continue
        weight = model.weight(left, right)
        assert weight is not None
        found.append((a, b, weight))
    return found


def test_an_output_taken_up_again_is_resolved_as_it_was(
    again: Again, parts: Partition, folder: Path
) -> None:
    stored = pl.read_parquet(
        folder / "out" / "records.parquet", columns=["record_id", "profile_id"]
    )
    by_record = dict(stored.cast(pl.String).iter_rows())
    before = [by_record[one] for one in again.columns.record_ids.to_pylist()]
    same = evaluate_partition(parts.profile, before)
    assert (same.over_merged, same.over_split) == (0, 0)


def test_the_point_in_use_has_the_scores_of_the_output(found: Study, folder: Path) -> None:
    scores = evaluate(folder / "out", folder / "truth.parquet").scores
    (point,) = (point for point in found.curve if point.chosen)
    assert (point.f1, point.precision, point.profiles) == (
        scores.f1,
        scores.precision,
        scores.profiles,
    )


def test_a_higher_cut_gives_no_fewer_profiles(found: Study) -> None:
    counts = [point.profiles for point in found.curve]
    assert counts == sorted(counts)
    assert counts[0] < counts[-1]
    says = [point.probability for point in found.curve]
    assert says == sorted(says)


def test_bands_count_every_candidate_pair_of_records(again: Again) -> None:
    bands = calibration(again)
    slow = pairs_of(again)
    assert sum(band.pairs for band in bands) == len(slow)
    true = sum(int(again.person[a]) == int(again.person[b]) for a, b, _ in slow)
    assert sum(round(band.true * band.pairs) for band in bands) == true


def test_what_a_band_says_lies_in_it_and_is_the_mean_of_its_pairs(again: Again) -> None:
    bands = calibration(again)
    assert all(band.low <= band.said <= band.high for band in bands)
    assert [band.low for band in bands] == sorted(band.low for band in bands)
    assert {band.low for band in bands} <= set(EDGES)
    said = sum(again.matched.model.probability(weight) for *_, weight in pairs_of(again))
    pairs = sum(band.pairs for band in bands)
    assert sum(band.said * band.pairs for band in bands) == pytest.approx(
        said, rel=0.02, abs=pairs / 100
    )


def test_causes_count_every_wrong_pair(again: Again, parts: Partition) -> None:
    profile, person = parts.profile.tolist(), again.person.tolist()
    merged = split = 0
    for a, b in combinations(range(len(profile)), 2):
        together, one = profile[a] == profile[b], person[a] == person[b]
        merged += together and not one
        split += one and not together
    found = causes(again, parts)
    assert (sum(found["merged"].values()), sum(found["split"].values())) == (merged, split)
    assert merged + split > 0, "the world is too easy to test mistakes on"


def test_the_worst_mistakes_come_first_and_their_steps_add_up(
    again: Again, parts: Partition
) -> None:
    model = again.matched.model
    for merges in (True, False):
        found = mistakes(again, parts, merges=merges, most=5)
        assert [one.pairs for one in found] == sorted((one.pairs for one in found), reverse=True)
        for one in found:
            if one.bits is None:
                continue
            assert one.bits == pytest.approx(one.prior + sum(step.bits for step in one.steps))
            assert round(one.prior * BIT) in model.priors
            assert one.probability == model.probability(round(one.bits * BIT))


def test_a_false_merge_shows_its_heaviest_pair_of_two_people(
    again: Again, parts: Partition
) -> None:
    refs = {again.columns.key(row).ref: row for row in range(len(again.columns))}
    found = mistakes(again, parts, merges=True, most=3)
    assert found
    for one in found:
        left, right = refs[one.left], refs[one.right]
        assert again.person[left] != again.person[right]
        assert parts.profile[left] == parts.profile[right]
        members = np.flatnonzero(parts.profile == parts.profile[left]).tolist()
        assert len(members) == one.records
        vector = again.matched.scores.vector
        weights = [
            int(again.matched.scores.weigh(*(np.array([end], np.int32) for end in ends))[0])
            for a, b in combinations(members, 2)
            if again.person[a] != again.person[b]
            for ends in [sorted((vector[a], vector[b]))]
            if ends[0] >= 0
        ]
        heaviest = max(weights, default=MISSING)
        assert one.bits == (None if heaviest == MISSING else heaviest / BIT)


def test_a_false_split_shows_two_records_of_one_person(again: Again, parts: Partition) -> None:
    refs = {again.columns.key(row).ref: row for row in range(len(again.columns))}
    found = mistakes(again, parts, merges=False, most=3)
    assert found
    for one in found:
        left, right = refs[one.left], refs[one.right]
        assert again.names[again.person[left]] == again.names[again.person[right]] == one.id
        assert parts.profile[left] != parts.profile[right]


def test_fields_have_shares_and_the_one_that_decides_most_is_first(found: Study) -> None:
    for one in found.fields:
        assert all(0 <= share <= 1 for share in (one.missing, one.compared, one.agree))
    apart = [one.bits - one.bits_others for one in found.fields]
    assert apart == sorted(apart, reverse=True)
    assert apart[0] > 1


def test_everything_is_plain_data_for_json(found: Study) -> None:
    assert set(found.as_dict()) == {
        *("curve", "calibration", "gap", "fields", "causes", "merges", "splits")
    }


def test_an_output_without_a_model_has_nothing_to_look_into(tmp_path: Path) -> None:
    records, truth = made(30)
    records.write_parquet(tmp_path / "records.parquet")
    truth.write_parquet(tmp_path / "truth.parquet")
    resolve_files([tmp_path / "records.parquet"], tmp_path / "out", match=False)
    assert study(tmp_path / "out", tmp_path / "truth.parquet") is None


def test_a_truth_of_other_records_is_refused(folder: Path, tmp_path: Path) -> None:
    truth = tmp_path / "truth.csv"
    truth.write_text("record_id,cluster_id\nnobody,1\n")
    with pytest.raises(InputError, match="none of its records"):
        study(folder / "out", truth)


@pytest.mark.parametrize("seed", range(20))
def test_pairs_within_groups_are_all_of_them_each_once(seed: int) -> None:
    rng = np.random.default_rng(seed)
    group = rng.integers(-1, 5, rng.integers(0, 30)).astype(np.int32)
    left, right = pairs_within(group, 10**6)
    found = {tuple(sorted(pair)) for pair in zip(left.tolist(), right.tolist(), strict=True)}
    assert len(found) == len(left)
    slow = {
        (a, b)
        for a, b in combinations(range(len(group)), 2)
        if group[a] == group[b] and group[a] >= 0
    }
    assert found == slow


def test_a_limit_on_pairs_takes_some_of_every_group() -> None:
    group = np.repeat(np.arange(10, dtype=np.int32), 20)
    left, right = pairs_within(group, 50)
    assert 50 <= len(left) < 400
    assert set(group[left].tolist()) == set(range(10))
    assert (group[left] == group[right]).all()

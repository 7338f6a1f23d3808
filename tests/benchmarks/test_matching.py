from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest
from benchmarks.matching import Run, best_closure, growth, main

from sameas.engine.evaluate import evaluate_partition

if TYPE_CHECKING:
    from pathlib import Path

TRUTH = pl.DataFrame({"record_id": list("abcdef"), "cluster_id": ["1", "1", "1", "2", "2", "3"]})


def pairs(*rows: tuple[str, str, float]) -> pl.DataFrame:
    names = {"record_id_l": pl.String, "record_id_r": pl.String, "match_weight": pl.Float64}
    return pl.DataFrame(rows, schema=names, orient="row")


def test_the_best_threshold_is_the_least_with_the_best_components() -> None:
    """At 3 bits all of two people are found and nobody else; below, a third is drawn in."""
    given = pairs(("a", "b", 9.0), ("b", "c", 3.5), ("d", "e", 4.0), ("e", "f", 2.5))
    weight, scores, largest = best_closure(TRUTH, given)
    assert (weight, scores.f1, largest) == (3.0, 1.0, 3)


def test_no_threshold_beats_the_best_one() -> None:
    given = pairs(("a", "b", 1.0), ("c", "d", 2.0), ("d", "e", 5.0), ("a", "f", 7.0))
    weight, best, _ = best_closure(TRUTH, given)
    for step in range(-6, 31):
        label = {one: one for one in "abcdef"}
        for left, right, bits in given.iter_rows():
            if bits >= step:
                old, new = label[left], label[right]
                label = {one: new if told == old else told for one, told in label.items()}
        scores = evaluate_partition(list(label.values()), TRUTH["cluster_id"])
        assert scores.f1 <= best.f1
        if step == weight:
            assert scores == best


def test_no_pairs_are_records_by_themselves() -> None:
    _, scores, largest = best_closure(TRUTH, pairs())
    assert (scores.pairs_predicted, largest) == (0, 1)


def test_growth_is_told_a_record_and_leaves_the_warm_up_out() -> None:
    runs = [Run(10, "sameas resolve, cold", 9.0, 1.0, 100)]
    runs += [Run(n, "sameas resolve", n / 1e4, 1.0, n * 50) for n in (1_000, 2_000)]
    runs.append(Run(2_000, "splink", failed="exit 1"))
    (line,) = growth(runs)
    assert line == {"growth": "sameas resolve", "1,000": "100 us, 50 B", "2,000": "100 us, 50 B"}


def test_a_failed_peer_shows_why() -> None:
    assert Run(10, "splink", failed="exit 1: no disk").row()["failed"] == "exit 1: no disk"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--sizes", "20k,some"], "'some' is no size"),
        (["--peer", "/no/such/python"], "no such interpreter"),
    ],
)
def test_what_cannot_be_run_is_refused(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(arguments)
    assert said in capsys.readouterr().err


def test_a_small_run_is_measured_and_scored(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["--sizes", "400", "--no-cold", "--stages", "--temp", str(tmp_path)])
    heads, line, *_ = capsys.readouterr().out.splitlines()
    assert heads.split()[:2] == ["records", "who"]
    assert line.startswith("    400  sameas resolve")
    shares = [float(cell) for cell in line.split() if cell.startswith("0.")]
    assert len(shares) == 4
    assert all(0 < share <= 1 for share in shares)

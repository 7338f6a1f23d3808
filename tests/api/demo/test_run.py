from __future__ import annotations

import io
from typing import TYPE_CHECKING

import polars as pl
import pytest
from rich.console import Console

from sameas.api.demo import run_demo
from sameas.api.demo.answer import Member
from sameas.api.demo.run import verdict
from sameas.api.demo.stories import Story
from sameas.api.demo.truth import Truth
from sameas.engine.evaluate import evaluate
from sameas.graph.model import RecordKey

if TYPE_CHECKING:
    from pathlib import Path


def member(name: str) -> Member:
    return Member(RecordKey("crm", name), "p", name, 0, 0, observation=False, carries=())


ANN, ANNE, BOB, NOBODY = (member(name) for name in ("ann", "anne", "bob", "nobody"))
TRUTH = Truth({ANN.key: "P1", ANNE.key: "P1", BOB.key: "P2"}, 0, 0)


@pytest.mark.parametrize(
    ("story", "right"),
    [
        (Story("", (), together=(ANN, ANNE)), True),
        (Story("", (), together=(ANN, BOB)), False),
        (Story("", (), apart=((ANN,), (BOB,))), True),
        (Story("", (), apart=((ANN,), (ANNE,))), False),
        (Story("", ()), None),
        (Story("", (), apart=((ANN,), (NOBODY,))), None),
        (Story("", (), together=(ANN, NOBODY), apart=()), True),
    ],
)
def test_a_story_is_checked_against_the_truth(story: Story, right: bool | None) -> None:  # noqa: FBT001
    assert verdict(story, TRUTH) is right


def shown(out: Path, *, people: int, seed: int) -> str:
    text = io.StringIO()
    run_demo(out, seed=seed, people=people, console=Console(file=text, width=110))
    return text.getvalue()


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A demo of three hundred people: its folder and what it printed."""
    out = tmp_path_factory.mktemp("demo")
    return out, shown(out, people=300, seed=7)


def test_the_demo_tells_what_went_in_what_came_out_and_stories(ran: tuple[Path, str]) -> None:
    _, text = ran
    for part in ("What went in", "What came out", "How right it is", "What it has to tell"):
        assert part in text


def test_no_story_of_the_demo_is_wrong(ran: tuple[Path, str]) -> None:
    _, text = ran
    assert "✓ true" in text
    assert "✗ wrong" not in text


def test_every_record_of_the_demo_has_a_true_person_or_several(ran: tuple[Path, str]) -> None:
    out, text = ran
    records = pl.read_parquet(out / "result" / "records.parquet").height
    people = pl.read_parquet(out / "truth.parquet").height
    assert 0.98 * records < people <= records
    assert "could not be traced" not in text


def test_the_figures_of_the_demo_are_those_of_the_public_evaluation(ran: tuple[Path, str]) -> None:
    out, text = ran
    scores = evaluate(out / "result", out / "truth.parquet").scores
    assert scores.precision > 0.9
    for value in (scores.precision, scores.recall, scores.f1, scores.bcubed_f1):
        assert f"{100 * value:.1f} %" in text


def test_the_demo_of_one_person_runs(tmp_path: Path) -> None:
    assert "What came out" in shown(tmp_path, people=1, seed=1)


def test_the_same_seed_tells_the_same_twice(tmp_path: Path) -> None:
    one = shown(tmp_path / "a", people=20, seed=5)
    other = shown(tmp_path / "a", people=20, seed=5)
    assert one == other

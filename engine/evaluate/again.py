"""An output taken up again as its run left it, records, rules and evidence, beside the truth.

What is asked of it is what the run would have answered: the same function on the same inputs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from sameas.engine.evaluate.partition import cells, scores

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from sameas.engine.batch.columns import Columns
    from sameas.engine.batch.partition import Partition
    from sameas.engine.batch.previous import Previous
    from sameas.engine.evaluate.partition import Scores
    from sameas.engine.match import Matched
    from sameas.engine.policy import Policy
    from sameas.graph.model import Judgement

    Ints = NDArray[np.int32]

__all__ = ["MODEL", "Again", "live_of", "pairs_within"]

MODEL: Final = "model.json"


@dataclass(frozen=True, slots=True, eq=False)
class Again:
    """An output whose evidence came from a model. n live records."""

    columns: Columns
    policy: Policy
    judgements: Sequence[Judgement]
    matched: Matched
    person: Ints
    """n: the number of the true person; -1: the truth does not say."""
    names: Sequence[str]
    """What the truth calls each person."""

    @classmethod
    def open(cls, out: Path, labels: pl.DataFrame) -> Again | None:
        """Take an output up; None if it has no model.

        Raises:
            OutputError: it is no output, or of another format.
            PolicyError, ModelError: its policy or its model cannot be read.
        """
        if not (out / MODEL).is_file():
            return None
        from sameas.engine.batch.collect import Collector
        from sameas.engine.batch.live import live
        from sameas.engine.batch.matching import read_model
        from sameas.engine.batch.previous import Previous
        from sameas.engine.match import score
        from sameas.engine.policy import load

        previous = Previous.open(out)
        policy = load(out / "policy.toml")
        rows = Collector(policy, now=0)
        for batch, earlier in previous.batches():
            rows.add(batch, file=out.name, earlier=earlier)
        columns = live(rows).columns
        person, names = _people(columns, labels)
        matched, _ = score(columns, read_model(out / MODEL))
        return cls(columns, policy, previous.judgements(), matched, person, names)

    def resolved(self, cut: int | None = None) -> Partition:
        """The partition at a cut; at the model's own without one."""
        from sameas.engine.batch.partition import partition

        evidence = self.matched.scores
        if cut is not None:
            evidence = replace(evidence, cut=cut)
        return partition(self.columns, self.policy, judgements=self.judgements, evidence=evidence)

    def scored(self, parts: Partition) -> Scores:
        """How right a partition is, on the records of which the truth speaks."""
        known = self.person >= 0
        frame = pl.DataFrame({"profile": parts.profile[known], "person": self.person[known]})
        return scores(cells(frame))


def live_of(previous: Previous, policy: Policy) -> Columns:
    """The live records of an output."""
    from sameas.engine.batch.collect import Collector
    from sameas.engine.batch.live import live

    rows = Collector(policy, now=0)
    for batch, earlier in previous.batches():
        rows.add(batch, file=previous.path.name, earlier=earlier)
    return live(rows).columns


def pairs_within(group: Ints, limit: int) -> tuple[Ints, Ints]:
    """Pairs of records of one group (-1: none), each once, `limit` of them or few more.

    Neighbours first, so that a limit takes some pairs of every group.
    """
    order = np.argsort(group, kind="stable").astype(np.int32)
    order = order[np.searchsorted(group[order], 0) :]
    ranked = group[order]
    left: list[Ints] = [np.empty(0, np.int32)]
    right: list[Ints] = [np.empty(0, np.int32)]
    found = 0
    for step in range(1, len(order)):
        at = np.flatnonzero(ranked[step:] == ranked[:-step])
        if not len(at) or found >= limit:
            break
        left.append(order[at])
        right.append(order[at + step])
        found += len(at)
    return np.concatenate(left), np.concatenate(right)


def _people(columns: Columns, labels: pl.DataFrame) -> tuple[Ints, list[str]]:
    """Who each live record is."""
    names = labels["cluster_id"].unique().sort()
    key = [role for role in ("source", "record_id") if role in labels.columns]
    sources = pl.Series(list(columns.sources), dtype=pl.String)
    records = pl.DataFrame(
        {"source": sources.gather(columns.source), "record_id": pl.Series(columns.record_ids)}
    )
    numbered = labels.join(
        names.to_frame("cluster_id").with_row_index("person"), on="cluster_id", how="left"
    )
    found = records.join(numbered.select(*key, "person"), on=key, how="left", maintain_order="left")
    person = found["person"].cast(pl.Int32).fill_null(-1).to_numpy()
    return person, names.to_list()

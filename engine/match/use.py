"""How one run matches: by a model that is given or kept, by one that it learns, or not at all."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from sameas.engine.evidence import BIT
from sameas.engine.match.learn import decided, learn
from sameas.engine.match.score import score

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sameas.engine.batch.columns import Columns
    from sameas.engine.evidence import Scores
    from sameas.engine.match.decide import Decision
    from sameas.engine.match.score import Matched
    from sameas.engine.policy import Policy
    from sameas.graph.model import Judgement
    from sameas.matching.model import Model

__all__ = ["State", "Use", "Used", "use"]

State = Literal["off", "pairs", "model", "learned", "nothing"]
"""Not wanted; pairs that somebody scored; a model that was there; one that this run learned;
nothing to learn from."""


@dataclass(frozen=True, slots=True)
class Use:
    """What was asked for."""

    model: Model | None = None
    """The model to ask; None: learn one."""
    wanted: bool = True
    """False: records meet by identifiers alone."""
    free: bool = True
    """The policy may be changed by what is found, since nobody wrote it."""
    labels: Sequence[Judgement] = ()
    """Pairs of records of which somebody knows whether they are one person; they refine a model."""


@dataclass(frozen=True, slots=True, eq=False)
class Used:
    """What came of it."""

    state: State
    why: str
    policy: Policy
    matched: Matched | None = None
    decisions: Sequence[Decision] = ()

    @property
    def scores(self) -> Scores | None:
        """The evidence; None: there is none."""
        return None if self.matched is None else self.matched.scores

    @property
    def model(self) -> Model | None:
        """The model that goes with the output."""
        return None if self.matched is None else self.matched.model

    def let_go(self) -> Used:
        """The same without what weighs further pairs; see `Scores.let_go`."""
        if self.matched is None:
            return self
        return replace(self, matched=replace(self.matched, scores=self.matched.scores.let_go()))

    def manifest(self) -> dict[str, Any]:
        """What the manifest says of it."""
        found: dict[str, Any] = {"state": self.state, "why": self.why}
        if self.matched is None:
            return found
        matched, model = self.matched, self.matched.model
        return found | {
            "fields": [
                {
                    "name": field.name,
                    "kind": field.kind,
                    "reads": [f"identifier:{field.identifier}"]
                    if field.identifier
                    else [f"trait:{trait}" for trait in field.traits],
                }
                for field in model.fields
            ],
            "keys": [asdict(one) for one in matched.keys],
            "voters": matched.voters,
            "vectors": matched.vectors,
            "candidates": matched.candidates,
            "edges": len(matched.scores.left),
            "matches": int((matched.scores.weight > matched.scores.cut).sum()),
            "lost": matched.lost,
            "edge_threshold": model.edge_threshold / BIT,
            "cut": model.cut / BIT,
            "decisions": [asdict(one) for one in self.decisions],
        }


def use(
    columns: Columns,
    policy: Policy,
    how: Use,
    *,
    progress: Callable[[str], None] | None = None,
) -> Used:
    """The evidence of a run: a function of the live records, the policy and what was asked for."""
    if not how.wanted:
        return Used("off", "not wanted", policy)
    if how.model is not None:
        matched, weigher = score(columns, how.model, progress=progress)
        policy, decisions = decided(columns, policy, matched, weigher, free=how.free)
        return Used("model", "", policy, matched, decisions)
    found = learn(columns, policy, free=how.free, labels=how.labels, progress=progress)
    if found.matched is None or found.policy is None:
        return Used("nothing", found.why_not, policy)
    return Used("learned", "", found.policy, found.matched, found.decisions)

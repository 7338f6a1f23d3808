"""Matching in batch: fields, keys, training and scores from live records, and what it decided.

`learn` makes a model where nobody gave one, and a policy that goes with it; `score` asks a model.
Given the model and the policy that they give, nothing here decides anything.
"""

from __future__ import annotations

from sameas.engine.match.learn import Learned, learn
from sameas.engine.match.score import Matched, score

__all__ = ["Learned", "Matched", "learn", "score"]

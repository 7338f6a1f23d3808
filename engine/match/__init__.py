"""Matching in batch: fields, keys, training and scores from live records, and what it decided.

`use` is what a run calls: it asks the model that is given, or learns one, with a policy that goes
with it. Given that model and that policy, nothing here decides anything.
"""

from __future__ import annotations

from sameas.engine.match.learn import Learned, learn
from sameas.engine.match.score import Matched, score
from sameas.engine.match.use import Use, Used, use

__all__ = ["Learned", "Matched", "Use", "Used", "learn", "score", "use"]

"""How good an answer is against the truth: a partition beside another, nothing dropped silently."""

from sameas.engine.evaluate.partition import Scores, evaluate_partition
from sameas.engine.evaluate.run import Evaluation, Example, evaluate
from sameas.engine.evaluate.truth import read_truth

__all__ = ["Evaluation", "Example", "Scores", "evaluate", "evaluate_partition", "read_truth"]

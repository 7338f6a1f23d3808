"""How good an answer is against the truth: a partition beside another, nothing dropped silently.

`evaluate` scores an output; `study` looks into one that has a model: what decided, and what if the
cut were another.
"""

from sameas.engine.evaluate.calibration import Band
from sameas.engine.evaluate.curve import Point
from sameas.engine.evaluate.inside import FieldFigures
from sameas.engine.evaluate.mistakes import Mistake, Step
from sameas.engine.evaluate.partition import Scores, evaluate_partition
from sameas.engine.evaluate.run import Evaluation, Example, evaluate
from sameas.engine.evaluate.study import Study, study
from sameas.engine.evaluate.truth import read_truth

__all__ = [
    "Band",
    "Evaluation",
    "Example",
    "FieldFigures",
    "Mistake",
    "Point",
    "Scores",
    "Step",
    "Study",
    "evaluate",
    "evaluate_partition",
    "read_truth",
    "study",
]

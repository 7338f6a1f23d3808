"""The model: how much each agreement weighs, learnt from the records themselves, without labels.

`train` makes one; a `Model` weighs any two vectors, says why, and is one JSON text.
"""

from __future__ import annotations

from sameas.matching.cluster.units import BIT, MISSING
from sameas.matching.model.form import Comparison, Evidence, Model, Vector
from sameas.matching.model.labels import Labels
from sameas.matching.model.laid_out import tables_of
from sameas.matching.model.tables import parts_of
from sameas.matching.model.text import from_json, to_json
from sameas.matching.model.train import Report, train

__all__ = [
    "BIT",
    "MISSING",
    "Comparison",
    "Evidence",
    "Labels",
    "Model",
    "Report",
    "Vector",
    "from_json",
    "parts_of",
    "tables_of",
    "to_json",
    "train",
]

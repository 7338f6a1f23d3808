"""Golden records: what a profile shows, and the record that each value came from.

A pure function of the set of records: no order of rows can be seen in the answer.
"""

from sameas.engine.golden.survive import PROVENANCE, Golden, golden, golden_slices

__all__ = ["PROVENANCE", "Golden", "golden", "golden_slices"]

"""How right an answer is, beside what joining on every identifier would have given.

Both are scored on the same records: those that have one true person.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from sameas.engine.evaluate import evaluate_partition

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sameas.api.demo.answer import Answer
    from sameas.engine.evaluate import Scores
    from sameas.graph.model import Identifier, RecordKey

__all__ = ["joined_blindly", "most_people", "score"]


def score(clusters: Mapping[RecordKey, str | int], person: Mapping[RecordKey, str]) -> Scores:
    """Compare a partition with the truth on the records that both know.

    Raises:
        InputError: no record is known to both.
    """
    keys = sorted(clusters.keys() & person.keys())
    return evaluate_partition([clusters[key] for key in keys], [person[key] for key in keys])


def most_people(clusters: Mapping[RecordKey, str | int], person: Mapping[RecordKey, str]) -> int:
    """How many people are mixed in the cluster that mixes the most."""
    mixed: dict[str | int, set[str]] = defaultdict(set)
    for key in clusters.keys() & person.keys():
        mixed[clusters[key]].add(person[key])
    return max(map(len, mixed.values()), default=0)


def joined_blindly(answer: Answer) -> dict[RecordKey, int]:
    """Cluster numbers when every identifier joins all its records: plain connected components."""
    cluster: dict[RecordKey, int] = {}
    walked: set[Identifier] = set()
    for number, start in enumerate(answer.members):
        waiting = [start]
        while waiting:
            key = waiting.pop()
            if key in cluster:
                continue
            cluster[key] = number
            for identifier in answer.members[key].carries:
                # Once only: a value on a thousand records is a thousand steps, not a million.
                if identifier not in walked:
                    walked.add(identifier)
                    waiting += [member.key for member in answer.carriers(identifier)]
    return cluster

"""Values that `same` judgements join count as one (3.2), wherever else they are carried.

Told from the ledger and the store, not from a region: what joins two values may lie beyond it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sameas.engine.judgements import verdicts
from sameas.engine.online.namesakes import called, in_plain
from sameas.graph.model import Identifier
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sameas.engine.online.state import State
    from sameas.engine.online.unit import Unit
    from sameas.graph.model import Judgement

__all__ = ["classes", "reach"]

_NAME = ("value", "type")


def classes(
    unit: Unit, state: State, identifiers: Iterable[int], *, carried: Callable[[int], bool]
) -> list[set[int]]:
    """Sets of identifiers that count as one value, of which some are given.

    Args:
        unit: what the group sees.
        state: what the writer knows.
        identifiers: their numbers.
        carried: whether a live record carries an identifier.
    """
    if not state.same_values:
        return []
    heard, _ = _reached(unit, state, set(identifiers))
    return _joined(unit, heard.values(), carried)


def reach(unit: Unit, state: State, identifiers: Iterable[int]) -> set[int]:
    """Some identifiers, and all that `same` judgements may join to them, carried or not."""
    numbers = set(identifiers)
    return _reached(unit, state, numbers)[1] if state.same_values else numbers


def _reached(unit: Unit, state: State, queue: set[int]) -> tuple[dict[str, Judgement], set[int]]:
    """The judgements on all that can be reached, and the numbers of the identifiers."""
    heard: dict[str, Judgement] = {}
    seen: set[int] = set()
    while queue:
        seen |= queue
        refs = called(unit, state, unit.get_all(t.IDENTIFIER, [(one,) for one in sorted(queue)]))
        keys = {key for ref in refs for key in state.named.get(ref, ())} - heard.keys()
        new = {key: in_plain(unit, state, state.judgements[key]) for key in keys}
        heard |= new
        same = [one for one in new.values() if one.kind == "same"]
        queue = _numbers(unit, {ref for one in same for ref in one.left | one.right}) - seen
    return heard, seen


def _numbers(unit: Unit, refs: Iterable[object]) -> set[int]:
    names = [(ref.value, ref.type) for ref in refs if isinstance(ref, Identifier)]
    unit.look(t.IDENTIFIER, _NAME, names)
    return {row.number for name in names for row in unit.find(t.IDENTIFIER, _NAME, name)}


def _joined(
    unit: Unit, heard: Iterable[Judgement], carried: Callable[[int], bool]
) -> list[set[int]]:
    """What settled judgements join, of all that somebody carries."""
    found: dict[int, set[int]] = {}
    for left, right, _ in verdicts(heard).same:
        ends = _numbers(unit, (left, right))
        if len(ends) == 2 and all(map(carried, ends)):
            whole = set().union(*(found.get(one, {one}) for one in ends))
            found |= dict.fromkeys(whole, whole)
    return list({id(one): one for one in found.values()}.values())

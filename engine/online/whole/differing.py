"""Another policy that reads every input as before: only what it decides otherwise is written.

The function is asked about all live records at once, in columns. What came out as the store has it
stays; the rest is a region, whole components of before and after, and is written like any other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sameas.engine.online.matches.everything import vectors_of
from sameas.engine.online.matches.rewrite import matched_of, rewrite
from sameas.engine.online.namesakes import in_plain
from sameas.engine.online.region import Region
from sameas.engine.online.rules import LINKED
from sameas.engine.online.slow import Resolved
from sameas.engine.online.whole.derive import derive
from sameas.engine.online.whole.kept import kept
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sameas.engine.online.rules import Rules
    from sameas.engine.online.state import State
    from sameas.engine.online.unit import Unit
    from sameas.engine.online.whole.derive import Derived
    from sameas.engine.online.whole.kept import Kept
    from sameas.engine.policy import Policy

    Bools = NDArray[np.bool_]
    Longs = NDArray[np.int64]

__all__ = ["differing", "reads_alike"]


def reads_alike(state: State, before: Rules) -> bool:
    """Whether the state's rules read every input as those before did."""
    if state.digests and state.rules.matcher is not None:
        return False  # a record is compared by what it carries, not by what its digest stands for
    return _reading(before.policy) == _reading(state.rules.policy)


def _reading(policy: Policy) -> tuple[object, ...]:
    kinds = {kind.name: kind.canonicaliser for kind in policy.identifiers}
    return kinds, policy.default_region, policy.email_dots, policy.email_tags


def differing(unit: Unit, state: State, before: Rules) -> Resolved:
    """All that is not as it was under the rules `before`, as a region's answer."""
    rules = state.rules
    mine = kept(unit, rules)
    columns = mine.columns
    judgements = [in_plain(unit, state, one) for one in state.judgements.values()]
    records = (columns.record(at) for at in range(len(columns)))
    derived = derive(columns, rules, judgements, vectors_of(rules, records))
    if before.model == rules.model:
        touched = _touched(unit, mine, derived, before, rules)
    else:
        rewrite(unit, state, derived.matches, mine.record.tolist())
        touched = np.ones(len(columns), dtype=bool)
    region = _region(mine, derived, touched)
    if derived.named[derived.component[touched]].any():
        region.judgements = judgements
    out = _answer(unit, mine, derived, touched, region)
    _fetch(unit, out)
    return out


def _touched(unit: Unit, mine: Kept, derived: Derived, before: Rules, rules: Rules) -> Bools:
    """n: the records of components in which anything is not as it was."""
    columns = derived.columns
    if _counted(before) != _counted(rules):
        return np.ones(len(columns), dtype=bool)
    seeds = _parted(mine.component, derived.component) | _parted(mine.cluster, derived.cluster)
    # what stands otherwise, on all who carry it
    other = (mine.place != derived.place) | (mine.granted != derived.granted)
    other |= _told(mine, derived)
    identifiers = mine.standing != derived.standing
    identifiers[derived.ids[other]] = True
    single = dict(zip(before.types, before.single, strict=True))
    for place, (name, now) in enumerate(zip(rules.types, rules.single, strict=True)):
        if single[name] != now:
            identifiers |= columns.type_of == place
    seeds[derived.record[identifiers[derived.ids]]] = True
    bad = np.zeros(len(derived.nodes), dtype=bool)
    bad[derived.component[seeds]] = True
    bad |= _otherwise(unit, mine, derived)
    touched: Bools = bad[derived.component]
    return touched


def _counted(rules: Rules) -> tuple[object, ...]:
    """What the summaries of components are made of."""
    return rules.types, rules.policy.exclusive, rules.policy.duplicate_free


def _parted(before: Longs, after: NDArray[np.int32]) -> Bools:
    """n: the records of groups, of before or after, that are not a group of the other."""
    _, was = np.unique(before, return_inverse=True)
    wide = int(after.max(initial=0)) + 1
    pairs = np.unique(was * wide + after)
    left, right = np.divmod(pairs, wide)
    split = np.bincount(left, minlength=int(was.max(initial=0)) + 1) > 1
    joined = np.bincount(right, minlength=wide) > 1
    found: Bools = split[was] | joined[after]
    return found


def _told(mine: Kept, derived: Derived) -> Bools:
    """E: links that are told otherwise why they are not granted or not in the first group."""
    said = np.zeros(len(derived.ids), dtype=bool)
    for at in np.flatnonzero(np.asarray(mine.reason.is_valid())).tolist():
        said[at] = mine.reason[at].as_py() != derived.reasons.get(at)
    for at, reason in derived.reasons.items():
        said[at] = mine.reason[at].as_py() != reason
    return said


def _otherwise(unit: Unit, mine: Kept, derived: Derived) -> Bools:
    """C: components whose rows say that they are whole or not, or at a step, where it is not so."""
    rows = [
        row for page in unit.stored(t.COMPONENT, ("number", "level", "cluster")) for row in page
    ]
    number = np.array([row[0] for row in rows], dtype=np.int64)
    level = np.array([row[1] for row in rows], dtype=np.int64)
    whole = np.array([row[2] is not None for row in rows], dtype=bool)
    if not rows:
        return np.zeros(len(derived.nodes), dtype=bool)
    at = np.searchsorted(number, mine.component)
    was_whole = np.zeros(len(derived.nodes), dtype=bool)
    was_level = np.zeros(len(derived.nodes), dtype=np.int64)
    was_whole[derived.component], was_level[derived.component] = whole[at], level[at]
    # a component that matches join may be whole or not, as far as all its links are granted
    may_be = was_whole & derived.matched & ~derived.named & ~_refusing(derived)
    found: Bools = (was_level != derived.level) | (was_whole != (derived.whole | may_be))
    return found


def _refusing(derived: Derived) -> Bools:
    """C: components in which a link is refused."""
    found = np.zeros(len(derived.nodes), dtype=bool)
    linked = derived.standing[derived.ids] == LINKED
    found[derived.component[derived.record[linked & ~derived.granted]]] = True
    return found


def _region(mine: Kept, derived: Derived, touched: Bools) -> Region:
    inside = touched[derived.record]
    here = np.zeros(len(derived.standing), dtype=bool)
    here[derived.ids[inside]] = True
    beyond = np.zeros(len(derived.standing), dtype=bool)
    beyond[derived.ids[~inside]] = True
    records = mine.record[touched].tolist()
    carried: dict[int, list[int]] = {number: [] for number in records}
    links = zip(
        mine.record[derived.record[inside]].tolist(),
        mine.identifier[derived.ids[inside]].tolist(),
        strict=True,
    )
    for record, identifier in links:
        carried[record].append(identifier)
    numbers = mine.identifier[here].tolist()
    return Region(
        records,
        set(mine.component[touched].tolist()),
        {record: sorted(ids) for record, ids in carried.items()},
        dict(zip(numbers, derived.standing[here].tolist(), strict=True)),
        set(mine.identifier[here & ~beyond].tolist()),
        {},
    )


def _answer(unit: Unit, mine: Kept, derived: Derived, touched: Bools, region: Region) -> Resolved:
    """The answer on the records that are touched, in the numbers of the store."""
    out = Resolved(
        region,
        dict(zip(region.records, derived.component[touched].tolist(), strict=True)),
        dict(zip(region.records, derived.cluster[touched].tolist(), strict=True)),
        derived.whole.tolist(),
        derived.nodes.tolist(),
        derived.level.tolist(),
        matched_of(unit, derived, mine.record.tolist(), touched),
    )
    for at in np.flatnonzero(touched[derived.record]).tolist():
        key = int(mine.record[derived.record[at]]), int(mine.identifier[derived.ids[at]])
        out.links[key] = (
            int(derived.place[at]),
            bool(derived.granted[at]),
            derived.reasons.get(at),
        )
    return out


def _fetch(unit: Unit, out: Resolved) -> None:
    """Read what writing the answer asks for, so that no row is read by itself."""
    region = out.region
    unit.fetch(t.RECORD, [(one,) for one in region.records])
    unit.fetch(t.LINK, out.links)
    unit.fetch(t.IDENTIFIER, [(one,) for one in region.standing])
    unit.fetch(t.COMPONENT, [(one,) for one in region.components])

"""Another policy that reads every input as before: only what it decides otherwise is written.

The function is asked about all live records at once, in columns. What came out as the store has it
stays; the rest is a region, whole components of before and after, and is written like any other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from sameas.engine.online.matches.everything import vectors_of
from sameas.engine.online.matches.rewrite import matched_of, rewrite
from sameas.engine.online.namesakes import in_plain
from sameas.engine.online.region import Region
from sameas.engine.online.rules import LINKED
from sameas.engine.online.solve import Resolved
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
    from sameas.graph.model import Judgement

    Bools = NDArray[np.bool_]
    Longs = NDArray[np.int64]

__all__ = ["Compared", "compared", "differing", "reads_alike"]


def reads_alike(state: State, before: Rules) -> bool:
    """Whether the state's rules read every input as those before did."""
    if state.digests and state.rules.matcher is not None:
        return False  # a record is compared by what it carries, not by what its digest stands for
    return _reading(before.policy) == _reading(state.rules.policy)


def _reading(policy: Policy) -> tuple[object, ...]:
    kinds = {kind.name: kind.canonicaliser for kind in policy.identifiers}
    return kinds, policy.default_region, policy.email_dots, policy.email_tags


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """What the store has, and what the new rules say, of n live records."""

    mine: Kept
    derived: Derived
    touched: Bools
    """n: the records of components in which anything is otherwise."""
    moved: Bools
    """n: of these, where profiles are others, or others of their records sign somebody up."""
    judgements: list[Judgement]

    def answer(self, unit: Unit, some: Bools) -> Resolved:
        """The answer on some records, whole components of both sides.

        Args:
            unit: what the writer, or the snapshot, has.
            some: n: the records.
        """
        mine, derived = self.mine, self.derived
        region = _region(mine, derived, some)
        if derived.named[derived.component[some]].any():
            region.judgements = self.judgements
        out = _answer(unit, mine, derived, some, region)
        _fetch(unit, out)
        return out

    def restand(self, unit: Unit) -> None:
        """Put the standings of all identifiers, in the region or not."""
        mine, derived = self.mine, self.derived
        other = np.flatnonzero(mine.standing != derived.standing)
        standing = derived.standing[other].tolist()
        now = dict(zip(mine.identifier[other].tolist(), standing, strict=True))
        for row in unit.get_all(t.IDENTIFIER, [(one,) for one in now]):
            if row.standing != now[row.number]:
                unit.put(t.IDENTIFIER, msgspec.structs.replace(row, standing=now[row.number]))


def compared(unit: Unit, state: State, before: Rules, *, to_tell: bool = False) -> Compared:
    """Ask the function about all live records, and see what is not as under the rules `before`.

    Args:
        unit: what the writer, or a snapshot, has.
        state: the same, with the new rules.
        before: the rules that were in force.
        to_tell: profiles and their ids suffice, and what else differs is left out.
    """
    rules = state.rules
    mine = kept(unit, rules)
    columns = mine.columns
    judgements = [in_plain(unit, state, one) for one in state.judgements.values()]
    records = (columns.record(at) for at in range(len(columns)))
    derived = derive(columns, rules, judgements, vectors_of(rules, records))
    moved = _moved(mine, derived, before, rules)
    if to_tell:
        touched = moved[derived.component]
    elif before.model != rules.model or _counted(before) != _counted(rules):
        touched = np.ones(len(columns), dtype=bool)
    else:
        touched = (moved | _otherwise(unit, mine, derived))[derived.component]
    return Compared(mine, derived, touched, moved[derived.component], judgements)


def differing(unit: Unit, state: State, before: Rules, *, to_tell: bool = False) -> Resolved:
    """All that is not as it was under the rules `before`, as a region's answer.

    Args:
        unit: what the writer, or a snapshot, has.
        state: the same, with the new rules.
        before: the rules that were in force.
        to_tell: profiles and their ids suffice; the standings of all other identifiers are put
            into the unit, and what else differs beside them is left out.
    """
    found = compared(unit, state, before, to_tell=to_tell)
    if before.model != state.rules.model:
        rewrite(unit, state, found.derived.matches, found.mine.record.tolist())
    out = found.answer(unit, found.touched)
    if to_tell:
        found.restand(unit)
    return out


def _moved(mine: Kept, derived: Derived, before: Rules, rules: Rules) -> Bools:
    """C: components in which profiles are others, or others of their records sign somebody up."""
    seeds = _parted(mine.component, derived.component) | _parted(mine.cluster, derived.cluster)
    single = dict(zip(before.types, before.single, strict=True))
    was = np.array([single[name] for name in rules.types], dtype=bool)[derived.columns.type_of]
    now = np.array(rules.single, dtype=bool)[derived.columns.type_of]
    was, now = was & (mine.standing == LINKED), now & (derived.standing == LINKED)
    other = (was[derived.ids] & mine.granted) != (now[derived.ids] & derived.granted)
    seeds[derived.record[other]] = True
    return _components(derived, seeds)


def _components(derived: Derived, records: Bools) -> Bools:
    """C: those of some records."""
    found = np.zeros(len(derived.nodes), dtype=bool)
    found[derived.component[records]] = True
    return found


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
    """C: components with links, standings or rows that are not as the store has them."""
    links = (mine.place != derived.place) | (mine.granted != derived.granted)
    links |= _told(mine, derived)
    identifiers = mine.standing != derived.standing
    identifiers[derived.ids[links]] = True
    seeds = np.zeros(len(derived.component), dtype=bool)
    seeds[derived.record[identifiers[derived.ids]]] = True  # all who carry it
    return _components(derived, seeds) | _rowed(unit, mine, derived)


def _rowed(unit: Unit, mine: Kept, derived: Derived) -> Bools:
    """C: components whose rows say that they are whole or not, or at a step, where it is not so."""
    pages = unit.stored(t.COMPONENT, ("number", "level", "cluster"))
    rows = [(at, level, cluster is not None) for page in pages for at, level, cluster in page]
    if not rows:
        return np.zeros(len(derived.nodes), dtype=bool)
    number, level, whole = np.array(rows, dtype=np.int64).T
    at = np.searchsorted(number, mine.component)
    was_whole = np.zeros(len(derived.nodes), dtype=bool)
    was_level = np.zeros(len(derived.nodes), dtype=np.int64)
    was_whole[derived.component], was_level[derived.component] = whole[at] > 0, level[at]
    whole_now = derived.whole | (was_whole & derived.perhaps_whole)
    found: Bools = (was_level != derived.level) | (was_whole != whole_now)
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

"""Do the laws notice a planted bug? One line of one rule is changed at a time.

    python benchmarks/mutation.py [--jobs 2] [--only TEXT ...] [--check]

Each mutant is a copy of the tree with one replacement; the law suites that speak of its module run
against it, with half their usual number of worlds and no shrinking. A mutant whose text is no
longer in its module is `stale`, and an error. Compiled code is cached outside the copy, so that
only the changed module is compiled again.

One module: nearly all of it is the list of mutations, which is data.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

ROOT = Path(__file__).resolve().parents[1]
COPIED = ("engine", "matching", "graph", "api", "src", "tests", "pyproject.toml")
TIME_LIMIT = 600.0

FUNCTION = ("test_fast_is_reference",)
LIVE = ("test_live_is_reference", "test_runs")
IDS = ("test_ids_are_reference",)
WORDS = ("test_verdicts",)
SETTLED = ("../engine/batch/test_settled",)
SCORES = ("../engine/batch/test_scores",)
REFUSED = ("../engine/batch/test_refused_matches",)
ONLINE = ("test_online_found", "test_online_small", "test_online", "test_online_reach")


@dataclass(frozen=True, slots=True)
class Mutant:
    """One planted bug."""

    rule: str
    module: str
    old: str
    new: str
    suites: tuple[str, ...] = FUNCTION


_LINKS, _PARTS = "engine/batch/links.py", "engine/batch/components.py"
_STEPS, _PLAIN = "engine/batch/stepwise.py", "engine/batch/plain.py"
_HELD, _SETTLED = "engine/batch/held.py", "engine/batch/settled.py"
_EDGES, _LADDER = "engine/batch/edges.py", "engine/batch/ladder.py"
_MEET, _MATCH = "engine/batch/meet.py", "engine/batch/matches.py"
_DROPPED, _LINKAGE = "engine/batch/dropped.py", "matching/cluster/linkage.py"
_LIVE, _IDS = "engine/batch/live.py", "engine/ids/advance.py"
_WORDS, _FINISH = "engine/judgements.py", "engine/batch/finish.py"
_REGION, _FAST = "engine/online/region.py", "engine/online/fast.py"
_SOLVE, _WRITE = "engine/online/solve.py", "engine/online/write.py"
_SUMMARY = "engine/online/summary.py"
_INHERIT, _FOLD = "engine/online/inherit.py", "engine/online/fold.py"
_NAMES, _BACK = "engine/online/namesakes.py", "engine/online/background.py"
_APPLY, _RULES = "engine/online/apply.py", "engine/online/rules.py"
_MEANWHILE = "engine/online/whole/meanwhile.py"

CALLERS = {
    _LINKAGE: (_MATCH, _PLAIN, "matching/model/pieces.py"),
    _MEET: (_MATCH, _PLAIN),
    _MATCH: (_PLAIN,),
    _HELD: (_MATCH, _PLAIN, _LADDER, _DROPPED, _FINISH),
}
"""Whose compiled code holds that of a module: numba looks at a function's own file only."""

MUTANTS = (
    # 3.1: live records
    Mutant(
        "the oldest version lives",
        _LIVE,
        "self._extreme(rows, key, newest=True)",
        "self._extreme(rows, key, newest=False)",
        LIVE,
    ),
    Mutant(
        "the newest of a message's rows counts",
        _LIVE,
        "self._extreme(rows, key, newest=False)",
        "self._extreme(rows, key, newest=True)",
        LIVE,
    ),
    Mutant(
        "a tie of versions goes the other way",
        _LIVE,
        "pick = max if newest else min",
        "pick = min if newest else max",
        LIVE,
    ),
    Mutant(
        "a tombstone spares its own time",
        _LIVE,
        "(self.event_time[rows] <= times[at])",
        "(self.event_time[rows] < times[at])",
        LIVE,
    ),
    Mutant(
        "a tombstone spares events of its time",
        _LIVE,
        "self.event_time[rows] > until[groups]",
        "self.event_time[rows] >= until[groups]",
        LIVE,
    ),
    Mutant(
        "an older tombstone wins",
        _LIVE,
        "np.maximum.at(times, at",
        "times[:] = np.iinfo(np.int64).max; np.minimum.at(times, at",
        LIVE,
    ),
    Mutant(
        "observations forget when they began",
        _LIVE,
        "np.minimum.at(first_seen, groups",
        "np.maximum.at(first_seen, groups",
        LIVE,
    ),
    Mutant(
        "a trait's tie goes to the least value",
        _LIVE,
        'value = max(rows["value"].to_list()',
        'value = min(rows["value"].to_list()',
        LIVE,
    ),
    Mutant(
        "traits keep their first value",
        _LIVE,
        'pl.col("time") == pl.col("time").max()',
        'pl.col("time") == pl.col("time").min()',
        LIVE,
    ),
    Mutant("content keys know no occurrence", _LIVE, "seen[key] += 1", "seen[key] += 0", LIVE),
    Mutant(
        "times far ahead are believed",
        "engine/batch/collect.py",
        "late = times > self.now + DAY",
        "late = times > self.now + 2 * DAY",
        LIVE,
    ),
    Mutant(
        "a time a day ahead is not believed",
        "engine/batch/collect.py",
        "late = times > self.now + DAY",
        "late = times >= self.now + DAY",
        LIVE,
    ),
    # 3.2 and 3.3: links
    Mutant("fanout may be one more", _LINKS, "most > max_fanout[t]", "most > max_fanout[t] + 1"),
    Mutant(
        "fanout is shared at its limit", _LINKS, "most > max_fanout[t]", "most >= max_fanout[t]"
    ),
    Mutant("records may be one more", _LINKS, "n > max_records[t]", "n > max_records[t] + 1"),
    Mutant(
        "blocked values count in fanout",
        _LINKS,
        "                if known == 1:  # BLOCKED\n                    continue\n",
        "",
    ),
    Mutant(
        "the top type has no fanout",
        _LINKS,
        "stop = offsets[t] if t > 0 else offsets[min(2, n_types)]",
        "stop = offsets[t]",
    ),
    Mutant(
        "one value counts twice in fanout",
        _LINKS,
        "c = counts_as[v] if classes else v",
        "c = v",
    ),
    Mutant(
        "blocked patterns match in part",
        _LINKS,
        "pattern.fullmatch(value)",
        "pattern.search('x' + value[1:])",
    ),
    Mutant(
        "conflicts count newest first",
        _LINKS,
        'newest = policy.on_conflict == "newest"',
        'newest = policy.on_conflict != "newest"',
    ),
    Mutant(
        "the guard is off in splits",
        _LINKS,
        "if reason == -2 and guard[t] and code[record] >= 0:",
        "if False and code[record] >= 0:",
    ),
    Mutant("a group remembers no value", _LINKS, "held[into, s] = mine[s]", "held[into, s] = -1"),
    Mutant("cut links stay", _LINKS, "group[sptr[k] + i] = -1\n", "group[sptr[k] + i] = 0\n"),
    Mutant(
        "a further name is a value of its own",
        _SETTLED,
        "alias[list(least)] = list(least.values())",
        "pass",
    ),
    Mutant(
        "the greater value takes a shared name",
        _SETTLED,
        "columns.identifier(value) < columns.identifier(known)",
        "columns.identifier(value) > columns.identifier(known)",
    ),
    Mutant(
        "what nobody carries is heard",
        _SETTLED,
        "if one >= 0 or carried[~one]}",
        "}",
        SETTLED,
    ),
    # 3.4: components
    Mutant(
        "a component at its limit is too large",
        _PARTS,
        "large = (sizes > policy.max_component)",
        "large = (sizes > policy.max_component + 1)",
    ),
    Mutant(
        "limits are not looked at",
        _PARTS,
        "tally[c, 1] += 1\n                if tally[c, 1] > limit:",
        "tally[c, 1] += 1\n                if tally[c, 1] > limit + 1:",
    ),
    Mutant(
        "exclusive traits are not looked at", _PARTS, "risky |= _exceeds(of, values, count)", "pass"
    ),
    Mutant(
        "duplicates are not looked at",
        _PARTS,
        "risky |= np.bincount(mine, minlength=count) > 1",
        "risky |= np.bincount(mine, minlength=count) > 2",
    ),
    Mutant("names are not looked at", _PARTS, "risky[of[clashing]] = True", "pass"),
    Mutant("judged components are taken whole", _PARTS, "special[suspects(of)] = True", "pass"),
    Mutant("matches join no components", _PARTS, "count = _matched(", "_matched("),
    Mutant(
        "who shares a vector is left out",
        _PARTS,
        "            for i in range(vptr[v], vptr[v + 1]):\n                root = _join",
        "            for i in range(vptr[v], vptr[v] + 1):\n                root = _join",
    ),
    Mutant(
        "a vector counts once a record", _PARTS, "if joined[c] and seen[c] != v:", "if joined[c]:"
    ),
    Mutant(
        "a match below the threshold joins",
        "engine/batch/scores.py",
        "if weight >= evidence.edge_threshold and",
        "if weight >= evidence.edge_threshold - (1 << 20) and",
    ),
    Mutant("the ladder has one step", _LADDER, "level[up] += 1", "level[up] = 6"),
    Mutant("the ladder goes one step too far", _LADDER, "level[up] += 1", "level[up] += 2"),
    Mutant(
        "the ladder has no end at vectors",
        _LADDER,
        "(large | (vectors > MAX_VECTORS))",
        "(large | (vectors > MAX_VECTORS + 1))",
    ),
    Mutant(
        "the ladder asks no match",
        _LADDER,
        "up = (vectors > 0) & (large",
        "up = (vectors > 9) & (large",
    ),
    Mutant(
        "the best type is dropped first",
        _LADDER,
        "lowest[part] = max(lowest[part], type_of[x])",
        "lowest[part] = type_of[x] if lowest[part] < 0 else min(lowest[part], type_of[x])",
    ),
    Mutant(
        "words do not hold a piece together",
        _LADDER,
        "for k in range(len(words)):",
        "for k in range(0):",
    ),
    Mutant(
        "a vector joins with itself",
        _EDGES,
        "((left != right) | (width[left] > 1))",
        "((left != right) | (width[left] > 0))",
        SCORES,
    ),
    Mutant(
        "what shares a vector falls apart",
        _LADDER,
        "met[part, 1 - side] == e:",
        "left[e] != right[e] and met[part, 1 - side] == e:",
    ),
    Mutant(
        "dropped nodes go by value",
        _DROPPED,
        "ranks[nodes[:, 0]], first, types))",
        "first, ranks[nodes[:, 0]], types))",
    ),
    Mutant(
        "dropped nodes know no limit",
        _DROPPED,
        "if total <= limits[t]:",
        "if total <= limits[t] + 1:",
    ),
    Mutant(
        "a match that was looked at was passed over",
        _DROPPED,
        "of[a] == of[b] and weight[e] >= least[of[a]]",
        "of[a] == of[b] and weight[e] > least[of[a]]",
    ),
    Mutant(
        "two vectors in two profiles are refused twice",
        _DROPPED,
        "if not same and p >= 0 and q >= 0:",
        "if same and p >= 0 and q >= 0:",
        REFUSED,
    ),
    # 3.5: matches
    Mutant(
        "a pair at the cut speaks for joining",
        _MEET,
        "if weight != _MISSING and weight <= cut:",
        "if weight != _MISSING and weight < cut:",
    ),
    Mutant(
        "nobody is asked whether anything speaks against",
        _MEET,
        "if weight != _MISSING and weight <= cut:",
        "if weight == cut + 99:",
    ),
    Mutant(
        "what shares a vector is not weighed against itself",
        _MEET,
        "            shared[u] = True\n",
        "            shared[u] = False\n",
    ),
    Mutant("every edge joins every piece", _MEET, "if known.weight[e] >= least:", "if True:"),
    Mutant(
        "a mean at the cut joins",
        _LINKAGE,
        "if count == 0 or total <= cut * count:",
        "if count == 0 or total < cut * count:",
    ),
    Mutant(
        "the worst match joins first",
        _LINKAGE,
        "return bool(heap[one, 0] > heap[other, 0])",
        "return bool(heap[one, 0] < heap[other, 0])",
    ),
    Mutant(
        "means are compared by their floors",
        _LINKAGE,
        "        return bool(a > b)\n",
        "        return bool(a < b)\n",
    ),
    Mutant(
        "ties of matches go the other way",
        _LINKAGE,
        "return bool(heap[one, 2] < heap[other, 2])",
        "return bool(heap[one, 2] > heap[other, 2])",
    ),
    Mutant(
        "a vector of both sides counts twice",
        _LINKAGE,
        "        if space.mark[vector[node]] == 0:\n",
        "        if space.mark[vector[node]] <= 1:\n",
    ),
    Mutant(
        "a joined cluster goes by the later key",
        _LINKAGE,
        "enter(space, min(who[one, _RANK], who[other, _RANK]), first)",
        "enter(space, max(who[one, _RANK], who[other, _RANK]), first)",
    ),
    Mutant(
        "what cannot be weighed counts as nothing",
        _LINKAGE,
        "                total[v] += weight\n                counted[v] += 1\n",
        "                total[v] += weight\n            counted[v] += 1\n",
    ),
    Mutant(
        "matches break constraints", _MATCH, "if broken(r, s, limits, held)[0] != 0:", "if False:"
    ),
    Mutant(
        "a record without a vector has no key",
        _MATCH,
        "least = min(least, rank[records[m]])",
        "least = min(least, rank[records[m]] if known.vector[records[m]] >= 0 else least)",
    ),
    Mutant(
        "a refused match is named by any record",
        _MATCH,
        "found < 0 or evidence.rank[record] < evidence.rank[found]",
        "found < 0 or evidence.rank[record] > evidence.rank[found]",
    ),
    Mutant(
        "a match is refused once each way round",
        _MATCH,
        "if a != b and mark[b] & _IN_ONE and mark[a] & _IN_OTHER:",
        "if a == b and mark[b] & _IN_ONE and mark[a] & _IN_OTHER:",
        REFUSED,
    ),
    Mutant(
        "stepwise: matches break constraints",
        _STEPS,
        "if self.breaks(left, right, guarded=False) is None:",
        "if True:",
    ),
    Mutant(
        "stepwise: a refused match is named by any record",
        _STEPS,
        "sorted(records, key=self.rank.__getitem__)",
        "sorted(records, key=self.rank.__getitem__, reverse=True)",
    ),
    # 3.5: step by step
    Mutant(
        "a same judgement lifts no limit",
        _STEPS,
        "total -= max(0, self._own(word, kind, granted) - limit)",
        "pass",
    ),
    Mutant(
        "a same judgement lifts no exclusive trait",
        _STEPS,
        "excess += max(0, len(own) - 1)",
        "pass",
    ),
    Mutant(
        "duplicates join",
        _STEPS,
        "if not left.sources.isdisjoint(right.sources):",
        "if False:",
    ),
    Mutant("a join forgets granted identifiers", _STEPS, "left.granted |= right.granted", "pass"),
    Mutant("a join forgets names", _STEPS, "left.names |= right.names", "pass"),
    Mutant(
        "the guard is off in joins",
        _STEPS,
        "        if guarded:\n            clash",
        "        if False:\n            clash",
    ),
    Mutant(
        "different is forgotten in joins",
        _STEPS,
        "self._members(left), self._members(right))",
        "left.records, set(right.records))",
    ),
    Mutant(
        "different is forgotten in holding",
        _STEPS,
        "apart([~one], self._members(cluster))",
        "apart([], self._members(cluster))",
    ),
    Mutant(
        "nodes go by type only",
        _STEPS,
        "turns.sort(key=lambda t: (t[0], t[1], world.value(t[2].identifier), t[2].group))",
        "turns.sort(key=lambda t: (t[0], world.value(t[2].identifier), t[2].group))",
    ),
    Mutant(
        "compiled: a limit may be one more",
        _HELD,
        "if _distinct(one, other, s, -1, held) > limits[s]:",
        "if _distinct(one, other, s, -1, held) > limits[s] + 1:",
    ),
    Mutant(
        "compiled: exclusive traits are forgotten",
        _HELD,
        "if a >= 0 and b >= 0 and a != b:",
        "if a >= 0 and b >= 0 and a > b + 99:",
    ),
    Mutant(
        "compiled: the guard is off",
        _PLAIN,
        "if why == 0 and guard[t]:",
        "if why == 0 and alone and guard[t]:",
    ),
    Mutant(
        "compiled: the last to be seen goes first",
        _PLAIN,
        "turns[node, 1] = min(turns[node, 1]",
        "turns[node, 1] = max(turns[node, 1]",
    ),
    Mutant(
        "compiled: ties go by number",
        _PLAIN,
        "if n_tied > before:",
        "if n_tied > before + 99:",
    ),
    Mutant(
        "compiled: duplicates join",
        _HELD,
        "held.sources[into] |= held.sources[away]",
        "held.sources[into] &= held.sources[away]",
    ),
    Mutant(
        "a contested identifier is called linked",
        _FINISH,
        "status[x] = CONTESTED",
        "status[x] = LINKED",
    ),
    # judgements
    Mutant(
        "the oldest judgement counts",
        _WORDS,
        "max(newest.get(pair, claim), claim)",
        "min(newest.get(pair, claim), claim)",
        WORDS,
    ),
    Mutant(
        "same outranks different at one time",
        _WORDS,
        'judgement.kind == "different", judgement.key',
        'judgement.kind != "different", judgement.key',
        WORDS,
    ),
    Mutant(
        "different holds one way round only",
        _WORDS,
        "different.setdefault(other, {})[one] = key",
        "pass",
        WORDS,
    ),
    Mutant(
        "every different cuts links",
        _WORDS,
        "        and different.get(one, {}).get(other) == judgement.key\n",
        "",
        WORDS,
    ),
    Mutant(
        "a hash speaks for itself", _WORDS, "return known.get(ref, ref) if", "return ref if", WORDS
    ),
    # 3.6: ids
    Mutant(
        "the later id survives",
        _IDS,
        'here[np.argsort(-issued[here], kind="stable")]',
        'here[np.argsort(issued[here], kind="stable")]',
        IDS,
    ),
    Mutant(
        "ids stay with the anonymous", _IDS, "record[passes] = signed[place[passes]]", "pass", IDS
    ),
    Mutant(
        "a withdrawn record's ids go to the last",
        _IDS,
        'heirs.sort("signed", "arrived")',
        'heirs.sort("signed", "arrived", descending=True)',
        IDS,
    ),
    Mutant(
        "a sign-up gives no preference",
        _IDS,
        'heirs.sort("signed", "arrived")',
        'heirs.sort("arrived")',
        IDS,
    ),
    Mutant(
        "a returning key is the old one",
        _IDS,
        "incarnation[coming] += 1",
        "incarnation[coming] += incarnation[coming] < 0",
        IDS,
    ),
    Mutant(
        "a merge is called a split",
        _IDS,
        'pl.col("new_id") == pl.col("home")',
        'pl.col("new_id") != pl.col("home")',
        IDS,
    ),
    # 4: the online engine
    Mutant(
        "a value that flips pulls nobody along",
        _REGION,
        "restructured |= self.carriers(flipped)",
        "restructured |= set()",
        ONLINE,
    ),
    Mutant(
        "what links reaches no further",
        _REGION,
        "return restructured | self.carriers(linking) | self.records_of(awake)",
        "return restructured | self.records_of(awake)",
        ONLINE,
    ),
    Mutant(
        "a word on what flips is not heard",
        _REGION,
        "self.carriers(linking) | self.records_of(awake)",
        "self.carriers(linking)",
        ONLINE,
    ),
    Mutant(
        "a word on values leaves their records",
        _REGION,
        "restructured = set(self.after) | self.records_of(partners)",
        "restructured = set(self.after)",
        ONLINE,
    ),
    Mutant(
        "shared stays shared for good",
        _REGION,
        "row.standing == SHARED and not lost and not self.state.same_values",
        "row.standing == SHARED",
        ONLINE,
    ),
    Mutant(
        "online fanout may be one more",
        _REGION,
        "self.fanout(place, carriers) > rules.most_fanout[place]",
        "self.fanout(place, carriers) > rules.most_fanout[place] + 1",
        ONLINE,
    ),
    Mutant(
        "online records may be one more",
        _REGION,
        "if len(carriers) > rules.most_records[place]:",
        "if len(carriers) > rules.most_records[place] + 1:",
        ONLINE,
    ),
    Mutant(
        "a word on what goes on elsewhere is not followed",
        _REGION,
        "if not spoken_of:",
        "if True:",
        ONLINE,
    ),
    Mutant(
        "the fast path hears no words",
        _FAST,
        "if state.named and _is_named(",
        "if False and _is_named(",
        ONLINE,
    ),
    Mutant(
        "the fast path knows no digests",
        _FAST,
        "if has_namesakes(unit, state, live):",
        "if False:",
        ONLINE,
    ),
    Mutant(
        "the fast path counts no records",
        _FAST,
        "and nodes[row.component] >= most",
        "and False",
        ONLINE,
    ),
    Mutant(
        "the fast path may be one too large",
        _FAST,
        "if size > rules.policy.max_component:",
        "if size > rules.policy.max_component + 1:",
        ONLINE,
    ),
    Mutant(
        "the fast path takes the latest id",
        _FAST,
        "profile = min(whole.ids, default=0)",
        "profile = max(whole.ids, default=0)",
        ONLINE,
    ),
    Mutant(
        "no id passes at a fast sign-up",
        _FAST,
        "if whole.owner is not None:",
        "if False:",
        ONLINE,
    ),
    Mutant(
        "a summary allows a value more",
        _RULES,
        "if count > self.most_values[place]:",
        "if count > self.most_values[place] + 1:",
        ONLINE,
    ),
    Mutant(
        "a summary allows fanout one more",
        _RULES,
        "default=0) > self.most_fanout[place]:",
        "default=0) > self.most_fanout[place] + 1:",
        ONLINE,
    ),
    Mutant(
        "a summary compares no names",
        _SUMMARY,
        "if len(names) > 1 and any(",
        "if False and any(",
        ONLINE,
    ),
    Mutant(
        "a summary allows two exclusive values",
        _SUMMARY,
        "if any(len(texts) > 1 for texts in whole.exclusive):",
        "if any(len(texts) > 2 for texts in whole.exclusive):",
        ONLINE,
    ),
    Mutant(
        "a summary allows a source twice",
        _SUMMARY,
        "if len(set(whole.sources)) < len(whole.sources):",
        "if False:",
        ONLINE,
    ),
    Mutant(
        "a summary counts a loose value down twice",
        _SUMMARY,
        "seen[one[1]] -= 1",
        "seen[one[1]] -= 2",
        ONLINE,
    ),
    Mutant(
        "every component is whole",
        _SOLVE,
        "out.whole = (~found.components.risky).tolist()",
        "out.whole = [True] * len(found.components.risky)",
        ONLINE,
    ),
    Mutant(
        "records that come together arrive backwards",
        _WRITE,
        "for *_, number in sorted(coming)]",
        "for *_, number in sorted(coming)[::-1]]",
        ONLINE,
    ),
    Mutant(
        "a split identifier lies in one component",
        _WRITE,
        "len(homes[number]) == 1:\n            (home,) = homes[number]",
        "homes[number]:\n            home = min(homes[number])",
        ONLINE,
    ),
    Mutant(
        "an id goes to the first arrived, whoever signed up",
        _INHERIT,
        "key=lambda r: (r not in signed_up, rows[r].arrival), default=None",
        "key=lambda r: rows[r].arrival, default=None",
        ONLINE,
    ),
    Mutant(
        "the latest id names a profile",
        _INHERIT,
        "names[mine] = min(one.number for one in held)",
        "names[mine] = max(one.number for one in held)",
        ONLINE,
    ),
    Mutant(
        "ids pass among those who signed up",
        _INHERIT,
        "if carriers[one.number] not in signed_up:",
        "if True:",
        ONLINE,
    ),
    Mutant(
        "a part that left is told as a merge",
        _INHERIT,
        "if led and len(records) == live_of[first]:",
        "if led:",
        ONLINE,
    ),
    Mutant(
        "a withdrawal spares its own time",
        _FOLD,
        "said.event_time <= row.withdrawn_at:\n        return Folded(row.number)",
        "said.event_time < row.withdrawn_at:\n        return Folded(row.number)",
        ONLINE,
    ),
    Mutant(
        "a late version replaces",
        _FOLD,
        "        if said.event_time < row.event_time:\n            return {}\n",
        "",
        ONLINE,
    ),
    Mutant(
        "the less of two versions of one time lives",
        _FOLD,
        "if _order(current, row.record_id, state) >= said.order:",
        "if _order(current, row.record_id, state) < said.order:",
        ONLINE,
    ),
    Mutant(
        "the first heard of a message counts",
        _FOLD,
        "if order <= said.order:",
        "if True:",
        ONLINE,
    ),
    Mutant(
        "an observation forgets when it began",
        _FOLD,
        "event.first_seen = min(row.first_seen, event.first_seen)",
        "event.first_seen = max(row.first_seen, event.first_seen)",
        ONLINE,
    ),
    Mutant(
        "a digest means the greatest address",
        _NAMES,
        "return min(rows, key=lambda row: row.value, default=None)",
        "return max(rows, key=lambda row: row.value, default=None)",
        ONLINE,
    ),
    Mutant(
        "a digest keeps its meaning",
        _NAMES,
        "if _number(meant(unit, state, kind, digest)) == was:",
        "if True:",
        ONLINE,
    ),
    Mutant(
        "what the background read may change",
        _BACK,
        "any(unit.conflicts(changes) for changes in since)",
        "False",
        ONLINE,
    ),
    Mutant(
        "who comes while the background works is forgotten",
        _BACK,
        "_wait_for(unit, [*rest, *late])",
        "_wait_for(unit, rest)",
        ONLINE,
    ),
    Mutant(
        "a touch may rename",
        _APPLY,
        "if person_name(traits) != person_name(live.traits):",
        "if False:",
        ONLINE,
    ),
    Mutant(
        "a touch may move the first seen",
        _APPLY,
        "if before.first_seen != live.first_seen:",
        "if False:",
        ONLINE,
    ),
    # what is written during a change of policy
    Mutant(
        "identifiers stand as the old policy has them",
        _MEANWHILE,
        "    late.restand()",
        "    pass",
        ONLINE,
    ),
    Mutant(
        "who shares with what was written stays",
        _MEANWHILE,
        "again = late.records | gathering.seeds([])",
        "again = late.records",
        ONLINE,
    ),
    Mutant(
        "components of the answer are torn",
        _MEANWHILE,
        "            for piece in others:",
        "            for piece in ():",
        ONLINE,
    ),
    Mutant(
        "rows made ready before win",
        _MEANWHILE,
        "unit.take(late.without(still, region, again))",
        "unit.take(still)",
        ONLINE,
    ),
    Mutant(
        "rows made ready are forgotten",
        _MEANWHILE,
        "unit.take(late.without(still, region, again))",
        "pass",
        ONLINE,
    ),
)


def mutated(mutant: Mutant, root: Path) -> str | None:
    """The mutated module; None if the line is not there exactly once."""
    text = (root / mutant.module).read_text(encoding="utf-8")
    return text.replace(mutant.old, mutant.new) if text.count(mutant.old) == 1 else None


class _Worker:
    """A copy of the tree with its own cache of compiled code."""

    def __init__(self, home: Path) -> None:
        self.tree = home / "tree"
        self.cache, self.warm = home / "cache", home / "warm"
        self.tree.mkdir(parents=True)
        for name in COPIED:
            if (ROOT / name).is_dir():
                ignored = shutil.ignore_patterns("__pycache__")
                shutil.copytree(ROOT / name, self.tree / name, symlinks=True, ignore=ignored)
            else:
                shutil.copy2(ROOT / name, self.tree / name)
        self.cache.mkdir()

    def run(self, suites: tuple[str, ...]) -> bool:
        """Whether the suites pass; too long counts as failing."""
        environment = os.environ | {
            "PYTHONPATH": str(self.tree / "src"),
            "NUMBA_CACHE_DIR": str(self.cache),
            "SAMEAS_LAWS": "mutants",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        paths = [f"tests/laws/{name}.py" for name in suites]
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *paths]
        try:
            done = subprocess.run(
                command,
                cwd=self.tree,
                env=environment,
                capture_output=True,
                timeout=TIME_LIMIT,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return False
        if done.returncode not in (0, 1):
            raise RuntimeError(done.stdout.decode()[-2000:] + done.stderr.decode()[-2000:])
        return done.returncode == 0

    def warm_up(self) -> None:
        """Run everything once on the tree as it is. Raises RuntimeError if it fails."""
        if not self.run(FUNCTION + LIVE + IDS + WORDS + ONLINE):
            raise RuntimeError("the laws fail without any mutant")
        shutil.copytree(self.cache, self.warm)

    def kills(self, mutant: Mutant) -> bool:
        """Whether the suites notice the mutant."""
        path = self.tree / mutant.module
        text = mutated(mutant, self.tree)
        assert text is not None
        callers = [self.tree / name for name in CALLERS.get(mutant.module, ())]
        times = [caller.stat().st_mtime_ns for caller in callers]
        kept = path.with_suffix(".kept")
        shutil.copy2(path, kept)
        try:
            path.write_text(text, encoding="utf-8")
            for caller in callers:
                caller.touch()
            return not self.run(mutant.suites)
        finally:
            kept.replace(path)
            for caller, before in zip(callers, times, strict=True):
                os.utime(caller, ns=(before, before))
            shutil.rmtree(self.cache)
            shutil.copytree(self.warm, self.cache)


def main() -> int:
    """Plant every bug; 0: all were noticed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", nargs="*", default=[""], help="parts of a rule or module")
    parser.add_argument("--check", action="store_true", help="only look for stale mutants")
    options = parser.parse_args()
    chosen = [
        one for one in MUTANTS if any(text in f"{one.rule} {one.module}" for text in options.only)
    ]
    stale = [one for one in chosen if mutated(one, ROOT) is None]
    for one in stale:
        print(f"stale     {one.module}: {one.rule}")
    if options.check or stale:
        return 1 if stale else 0
    survived = 0
    with tempfile.TemporaryDirectory() as name:
        free: SimpleQueue[_Worker] = SimpleQueue()
        with ThreadPoolExecutor(options.jobs) as pool:
            workers = [_Worker(Path(name) / str(at)) for at in range(options.jobs)]
            list(pool.map(_Worker.warm_up, workers))
            for worker in workers:
                free.put(worker)

            def plant(mutant: Mutant) -> tuple[Mutant, bool, float]:
                worker = free.get()
                start = time.perf_counter()
                try:
                    return mutant, worker.kills(mutant), time.perf_counter() - start
                finally:
                    free.put(worker)

            for mutant, killed, seconds in pool.map(plant, chosen):
                survived += not killed
                word = "killed" if killed else "SURVIVED"
                print(f"{word:9} {seconds:5.0f} s  {mutant.module}: {mutant.rule}", flush=True)
    print(f"{len(chosen) - survived} of {len(chosen)} mutants killed")
    return 1 if survived else 0


if __name__ == "__main__":
    raise SystemExit(main())

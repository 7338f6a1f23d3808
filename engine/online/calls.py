"""What may be asked of the writer: each a `Call`, to be done later, alone or with others.

A call that raises changes nothing. Several may share a commit, and so may what the API keeps beside
them. A call is data: it can be pickled, and done in another process than the one that made it. What
does it is loaded there: making calls is light.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, NoReturn, TypeVar

import msgspec

from sameas.engine.judgements import ONE_SIDE, on_both_sides
from sameas.engine.online.attempt import attempt
from sameas.engine.online.door import Said, arrive, under
from sameas.engine.online.events import Answer
from sameas.engine.online.hidden import visible
from sameas.engine.policy.model import UNKNOWN_TYPE
from sameas.errors import EngineError, Fault, InputError, UnknownJudgementError
from sameas.graph.model import Identifier, RecordKey
from sameas.graph.store import tables as t

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sameas.engine.online.events import Event, Withdrawal
    from sameas.engine.online.outcomes import Erased, Suppressed, Unmerged
    from sameas.engine.online.rules import Rules
    from sameas.engine.online.state import State
    from sameas.engine.online.unit import Unit
    from sameas.graph.model import Judgement, Micros, Ref

__all__ = ["Call", "Calls", "failing", "together"]

Result = TypeVar("Result")


class Call(msgspec.Struct, Generic[Result], frozen=True):
    """What the writer is to do in one piece; it raises, and then changes nothing."""

    work: Callable[[Unit, State], Result]
    """Of a module: a function, a `partial` of one, or what else can be called and pickled."""
    wanted: Sequence[Any] = ()
    """Inputs whose rows are read with those of all calls of a commit."""


def together(calls: Sequence[Call[Result]]) -> Call[list[Result | Exception]]:
    """Several calls in one commit; one that raises is taken back alone."""
    works = [call.work for call in calls]
    return Call(partial(_each, works), [one for call in calls for one in call.wanted])


def failing(failure: Exception) -> Call[Any]:
    """What could not even be asked, among calls that are done together."""
    return Call(partial(_raise, failure))


class Calls:
    """Makes calls; does nothing yet."""

    def __init__(
        self, rules: Callable[[], Rules], clock: Callable[[], int], *, budget: int
    ) -> None:
        """Make calls under the rules in force; see `Engine`."""
        self._rules = rules
        self._clock = clock
        self.budget = budget

    def take(self, row: Event | Withdrawal, /) -> Call[Answer]:
        """Take one row in, or a withdrawal."""
        rules = self._rules()
        said = arrive(row, rules, self._clock())
        return Call(_Take(said, rules.mark, self.budget), (said,))

    def say(self, judgement: Judgement, /) -> Call[int]:
        """Add a word to the ledger and resolve what it speaks of; gives the feed position.

        Identifiers may be named in any spelling. The call raises EngineError if the key is taken.

        Raises:
            InputError: an identifier has no canonical value, or a type that the policy lacks; or
                one thing stands on both sides, in whatever spellings.
        """
        return Call(partial(_say, _canonical(judgement, self._rules())))

    def take_back(self, key: str, /) -> Call[int]:
        """Retract a judgement: the graph is what it would be without it.

        An UnknownJudgementError: there is none.
        """
        return Call(partial(_take_back, key))

    def unmerge(
        self,
        profile_id: str,
        /,
        *,
        records: Sequence[str] = (),
        identifiers: Sequence[tuple[str, str]] = (),
        earlier_id: str | None = None,
        author: str = "",
        reason: str = "",
    ) -> Call[Unmerged]:
        """Part what is named from the rest of a profile, for good; see `unmerge.unmerge`."""
        named = {
            "profile_id": profile_id,
            "records": records,
            "identifiers": identifiers,
            "earlier_id": earlier_id,
            "author": author,
            "reason": reason,
        }
        return Call(partial(_unmerge, named))

    def erase(
        self,
        *,
        profile_id: str | None = None,
        records: Sequence[str] = (),
        identifiers: Sequence[tuple[str, str]] = (),
        until: Micros | None = None,
        author: str = "",
        reason: str = "",
    ) -> Call[Erased]:
        """Erase whoever is named, and hide what comes late of them; see `erase.erase`."""
        named = {
            "profile_id": profile_id,
            "records": records,
            "identifiers": identifiers,
            "until": until,
            "author": author,
            "reason": reason,
        }
        return Call(partial(_erase, named))

    def suppress(
        self,
        *,
        records: Sequence[str] = (),
        identifiers: Sequence[tuple[str, str]] = (),
        until: Micros | None = None,
    ) -> Call[Suppressed]:
        """Hide what was and will be said up to a time; see `suppress.suppress`."""
        named = {"records": records, "identifiers": identifiers, "until": until}
        return Call(partial(_suppress, named))

    def unsuppress(
        self, *, records: Sequence[str] = (), identifiers: Sequence[tuple[str, str]] = ()
    ) -> Call[Suppressed]:
        """Let what comes from now on be seen again; what was hidden is not kept."""
        return Call(partial(_unsuppress, {"records": records, "identifiers": identifiers}))


def _each(
    works: Sequence[Callable[[Unit, State], Result]], unit: Unit, state: State
) -> list[Result | Exception]:
    done: list[Result | Exception] = []
    for work in works:
        try:
            with attempt(unit, state):
                done.append(work(unit, state))
        except Exception as failure:  # noqa: BLE001 - whatever it is, it is this call's
            done.append(failure)
    return done


def _raise(failure: Exception, _unit: Unit, _state: State) -> NoReturn:
    raise failure


class _Take(msgspec.Struct, frozen=True, gc=False):
    """Take in what was said, read under the rules of a mark."""

    said: Said
    mark: bytes
    budget: int

    def __call__(self, unit: Unit, state: State) -> Answer:
        said = self.said
        if state.rules.mark != self.mark:  # the policy changed while the call waited
            said = under(state.rules, said)
        seen = visible(state, said)
        if seen is None:
            ref = RecordKey(said.source, said.record_id).ref
            return Answer(ref, None, state.counters.position, hidden=True)
        from sameas.engine.online.apply import apply

        return apply(unit, state, seen, budget=self.budget)


def _say(judgement: Judgement, unit: Unit, state: State) -> int:
    from sameas.engine.online.loading import row_of

    if unit.get(t.JUDGEMENT, (judgement.key,)) is not None:
        raise EngineError(
            Fault(f"judgement {judgement.key}", "is there already", "choose another key")
        )
    _reword(unit, state, {**state.judgements, judgement.key: judgement}, judgement)
    unit.put(t.JUDGEMENT, row_of(judgement, state.counters.position))
    return state.counters.position


def _take_back(key: str, unit: Unit, state: State) -> int:
    judgement = state.judgements.get(key)
    row = unit.get(t.JUDGEMENT, (key,))
    if judgement is None or row is None:
        raise UnknownJudgementError(Fault(f"judgement {key}", "is not there", "see the ledger"))
    rest = {name: one for name, one in state.judgements.items() if name != key}
    _reword(unit, state, rest, judgement)
    position = state.counters.position
    unit.put(t.JUDGEMENT, msgspec.structs.replace(row, retracted=position))
    return position


def _unmerge(named: Mapping[str, Any], unit: Unit, state: State) -> Unmerged:
    from sameas.engine.online.unmerge import unmerge

    return unmerge(unit, state, **named)


def _erase(named: Mapping[str, Any], unit: Unit, state: State) -> Erased:
    from sameas.engine.online.erase import erase

    return erase(unit, state, **named)


def _suppress(named: Mapping[str, Any], unit: Unit, state: State) -> Suppressed:
    from sameas.engine.online.suppress import suppress

    return suppress(unit, state, **named)


def _unsuppress(named: Mapping[str, Any], unit: Unit, state: State) -> Suppressed:
    from sameas.engine.online.suppress import unsuppress

    return unsuppress(unit, state, **named)


def _canonical(judgement: Judgement, rules: Rules) -> Judgement:
    """A judgement on canonical identifiers."""
    faults: list[Fault] = []

    def plain(ref: Ref) -> Ref:
        if isinstance(ref, RecordKey):
            return ref
        place = rules.place.get(ref.type)
        if place is None:
            known = ", ".join(rules.types)
            faults.append(Fault(ref.ref, UNKNOWN_TYPE, known))
            return ref
        found = rules.canonical(place, ref.value)
        if found.value is None:
            faults.append(Fault(ref.ref, found.reason or "it is empty", "name a usable value"))
            return ref
        return Identifier(ref.type, found.value)

    left, right = (frozenset(map(plain, side)) for side in (judgement.left, judgement.right))
    twice = on_both_sides(left, right)
    if twice:
        faults.append(Fault("right", twice, ONE_SIDE))
    if faults:
        raise InputError(faults)
    return replace(judgement, left=left, right=right)


def _reword(unit: Unit, state: State, words: dict[str, Judgement], changed: Judgement) -> None:
    """Go from one set of judgements to another that differs in one."""
    from sameas.engine.online.apply import reconsider
    from sameas.engine.online.loading import settle_words
    from sameas.engine.online.namesakes import begin

    with attempt(unit, state):
        state.judgements = words
        settle_words(state)
        refs = changed.left | changed.right
        begin(unit, state, [r.type for r in refs if isinstance(r, Identifier)])
        reconsider(unit, state, refs)

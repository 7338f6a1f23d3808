"""What an engine went through with matches, as counted names."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from sameas.engine.online import fast
from sameas.engine.online.matches import given, index, ladder, small
from tests.laws import online_run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["WAYS", "counted"]

WAYS = (
    *("a key ceased to propose", "a key proposes again", "a pair is gone", "a new vector"),
    *("fast: no match", "fast: a match", "fast: matches of 2 components"),
    *("fast: whole by identifiers", "fast: whole by weights", "fast: not whole"),
    *("step 0 of the ladder", "step 1 of the ladder", "step 6 of the ladder"),
    *("still too large beyond the region", "fits with what is beyond the region"),
    *("refused: component limit", "refused: exclusive", "refused: max_per_profile"),
    "for review",
)


@contextmanager
def counted() -> Iterator[Counter[str]]:
    """Count the ways that engines go in here."""
    found: Counter[str] = Counter()

    def around(owner: Any, name: str, note: Callable[..., None]) -> Any:
        inner = getattr(owner, name)

        def outer(*args: Any, **named: Any) -> Any:
            result = inner(*args, **named)
            note(result, *args, **named)
            return result

        return patch.object(owner, name, outer)

    def lost(*_: Any) -> None:
        found["a key ceased to propose"] += 1

    def dropped(*_: Any) -> None:
        found["a pair is gone"] += 1

    def proposed(_result: None, self: Any, born: set[int], _shared: set[int]) -> None:
        found["a key proposes again"] += len(self.gained)
        found["a new vector"] += len(born)

    def met(result: set[int], *_: Any) -> None:
        names = ("fast: no match", "fast: a match", "fast: matches of 2 components")
        found[names[min(len(result), 2)]] += 1

    def stays(result: bool, _unit: Any, _state: Any, whole: Any) -> None:  # noqa: FBT001
        if whole.matched:
            how = "identifiers" if whole.bound else "weights"
            found[f"fast: whole by {how}" if result else "fast: not whole"] += 1

    def placed(result: Any, *_: Any) -> None:
        if result is None:
            found["among: left to the slow path"] += 1
            return
        how = "joins one" if result.cluster else "joins nobody"
        found[f"among: {'stirs' if result.stirred else how}"] += 1
        found["among: draws others up the ladder"] += bool(result.drawn)
        found["among: others fall apart on the ladder"] += bool(result.moves)
        found["among: several components"] += len(result.parts) > 1
        if result.level:
            found[
                "among: a part of the ladder" if result.parts else "among: leaves the ladder"
            ] += 1

    def fitted(result: Any, *_: Any, **__: Any) -> None:
        for level in set(result.level.values()):
            found[f"step {level} of the ladder"] += 1

    def reached(result: set[int] | None, *_: Any) -> None:
        if result is None:
            found["still too large beyond the region"] += 1
        elif result:
            found["fits with what is beyond the region"] += 1

    def same(_result: None, mine: Any, _theirs: Any) -> None:
        for *_, constraint, _against in mine.matches:
            found[f"refused: {constraint}"] += 1
        found["for review"] += len(mine.review)

    with (
        around(index._Shifting, "lose", lost),
        around(index._Shifting, "drop", dropped),
        around(index._Shifting, "propose", proposed),
        around(fast, "alike", met),
        around(fast, "stays_whole", stays),
        around(fast, "find_place", placed),
        around(given, "fit", fitted),
        around(small, "fit", fitted),
        around(ladder._Fitting, "reach", reached),
        around(online_run, "same", same),
    ):
        yield found

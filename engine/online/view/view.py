"""Everything that may be asked of one state of the store. Nothing here writes or remembers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sameas.engine.online.view import export as exports
from sameas.engine.online.view import graph as graphs
from sameas.engine.online.view import history as histories
from sameas.engine.online.view import profile as profiles
from sameas.engine.online.view import review as reviews
from sameas.engine.online.view import search as searches
from sameas.engine.online.view import standing
from sameas.engine.online.view.past import Past

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sameas.engine.online.rules import Rules
    from sameas.engine.online.view.answers import (
        ChangeEntry,
        Export,
        Found,
        Graph,
        History,
        IdentifiersPage,
        Profile,
        RecordsPage,
        ReviewPage,
        Search,
    )
    from sameas.graph.model import RecordKey
    from sameas.graph.store.port import Reader

__all__ = ["View"]


class View:
    """Questions to one state. Making one costs nothing; it is as old as its reader.

    Whatever takes a profile id takes every id ever issued, and raises `UnknownProfileError` for
    others; `GoneProfileError` where all records of the profile were withdrawn.
    """

    __slots__ = ("_reader", "_rules")

    def __init__(self, reader: Reader, rules: Rules) -> None:
        """Ask a reader under the rules that its state was resolved with."""
        self._reader = reader
        self._rules = rules

    def lookup(self, refs: Sequence[tuple[str, str]]) -> list[Found]:
        """Whose identifiers are, given as (type, value in any spelling); answers in their order."""
        return standing.lookup(self._reader, self._rules, refs)

    def profile(self, id_: str, as_of: int | None = None) -> Profile:
        """Who an id is, or was at a commit time in microseconds."""
        if as_of is not None:
            return self.as_of(as_of).profile(id_)
        return profiles.profile(self._reader, self._rules, id_)

    def records(self, id_: str, *, after: str | None = None, limit: int = 100) -> RecordsPage:
        """Some of its records, in the order of their opaque numbers."""
        return profiles.records(self._reader, self._rules, id_, after=after, limit=limit)

    def identifiers(
        self, id_: str, *, after: str | None = None, limit: int = 100
    ) -> IdentifiersPage:
        """Some identifiers that its records carry, by rank of type, then value."""
        return profiles.identifiers(self._reader, self._rules, id_, after=after, limit=limit)

    def history(self, id_: str, *, after: int = 0, limit: int | None = None) -> History:
        """What became of it and of its ids; works for an id that is gone."""
        return histories.history(self._reader, id_, after=after, limit=limit)

    def graph(self, id_: str, *, limit: int = 500) -> Graph:
        """Its records and identifiers with the evidence between them, and what was refused."""
        return graphs.graph(self._reader, self._rules, id_, limit=limit)

    def search(
        self, text: str = "", traits: Mapping[str, str] | None = None, *, limit: int = 20
    ) -> Search:
        """Profiles by the beginning of an id, identifier or record id, or by trait text."""
        return searches.search(self._reader, self._rules, text, traits, limit=limit)

    def review(self, *, after: str = "", limit: int = 20) -> ReviewPage:
        """Some pairs of profiles that somebody should look at, the likeliest first."""
        return reviews.review(self._reader, self._rules, after=after, limit=limit)

    def sides_of(self, item: str) -> tuple[RecordKey, RecordKey]:
        """The records that an item of the review queue speaks of."""
        return reviews.sides_of(self._reader, item)

    def profile_of(self, key: RecordKey) -> str | None:
        """The id of a record's profile; None: it is not live."""
        return reviews.profile_of(self._reader, key)

    def changes(self, *, after: int = 0, limit: int = 100) -> list[ChangeEntry]:
        """Entries of the change feed behind a position."""
        return histories.changes(self._reader, after=after, limit=limit)

    def as_of(self, micros: int) -> Past:
        """What belonged to whom at a commit time."""
        return Past(self._reader, self._rules, micros)

    def export(self, id_: str) -> Export:
        """All that is held on a person; works for an id that is gone."""
        return exports.export(self._reader, self._rules, id_)

"""A process that commits and says so, until it is killed.

    python -m tests.graph.store.killed STORE PLACE

Change set n holds the items 3n, 3n + 1, 3n + 2 and the pair (n, n); it takes change set n - 5 away.
"""

from __future__ import annotations

import sys
from itertools import count
from pathlib import Path

from tests.graph.store.contract import STORES, Item, Pair, put


def main(kind: str, place: str) -> None:
    """Commit for ever."""
    store = STORES[kind](Path(place))
    for number in count():
        items = [Item(3 * number + one, "killed", f"{number}/{one}", number) for one in range(3)]
        changes = put(*items, Pair(number, number))
        if number >= 5:
            gone = number - 5
            changes.deletes["item"] = {(3 * gone + one,) for one in range(3)}
            changes.deletes["pair"] = {(gone, gone)}
        store.commit(changes)
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])

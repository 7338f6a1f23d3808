"""Which records are worth comparing: declared keys, and the pairs that share one.

A pair shares a key if both have one value of it, and a value on too many live records yields
nothing. Both are properties of the set of records: nothing depends on the order in which they came.
"""

from sameas.matching.blocking.candidates import (
    MAX_KEY_RECORDS,
    Candidates,
    KeyReport,
    block,
    collect,
    lost,
)
from sameas.matching.blocking.choose import choose_keys
from sameas.matching.blocking.groups import Groups, held_by
from sameas.matching.blocking.keys import Key, Part
from sameas.matching.blocking.single import keys_of

__all__ = [
    "MAX_KEY_RECORDS",
    "Candidates",
    "Groups",
    "Key",
    "KeyReport",
    "Part",
    "block",
    "choose_keys",
    "collect",
    "held_by",
    "keys_of",
    "lost",
]

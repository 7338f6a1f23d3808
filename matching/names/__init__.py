"""Person names: what a record's name is, and whether two names can be one person's."""

from sameas.matching.names.compat import compatible, compatible_pairs
from sameas.matching.names.latin import to_latin
from sameas.matching.names.parse import Name, Word, parse_name
from sameas.matching.names.traits import NAME_TRAITS, person_name, person_name_column

__all__ = [
    "NAME_TRAITS",
    "Name",
    "Word",
    "compatible",
    "compatible_pairs",
    "parse_name",
    "person_name",
    "person_name_column",
    "to_latin",
]

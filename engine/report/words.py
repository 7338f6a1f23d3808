"""What the terms mean, for someone who has never heard of the tool: each is one sentence."""

from __future__ import annotations

from typing import Final

__all__ = ["STATUS_WORDS", "change_words", "constraint_words", "role_words"]

STATUS_WORDS: Final = {
    "linked": "joins the records that carry it",
    "contested": "carried by records that cannot all be one person, so it was split between them",
    "shared": "carried by too many people to mean one of them, so it joins nobody",
    "blocked": "a placeholder such as “n/a” or a value that the policy blocks, so it joins nobody",
    "unlinked": "of a type that is kept and shown but never joins records",
}

# By the first of these that the name of the constraint contains.
_CONSTRAINTS: Final = {
    "component": (
        "The group of records hung together by too much evidence to be one person; the weakest "
        "kind of evidence was set aside until each part was small enough."
    ),
    "different": "A judgement says that these are different people.",
    "duplicate": "This source lists every person once, so two of its records are two people.",
    "guard": "The records share the identifier, but the names on them do not fit one person.",
    "name": "The records share the identifier, but the names on them do not fit one person.",
    "exclusive": "A person has one value of this trait, and the two sides have different ones.",
    "max": "One person would have had more values of this kind than the policy allows.",
    "limit": "One person would have had more values of this kind than the policy allows.",
}

_CHANGES: Final = {
    "creat": "people seen for the first time",
    "new": "people seen for the first time",
    "merge": "two profiles turned out to be one person; the earlier id stays",
    "split": "one profile turned out to be several people",
    "gone": "all of the records of the profile were withdrawn",
    "remove": "all of the records of the profile were withdrawn",
    "delete": "all of the records of the profile were withdrawn",
    "grow": "known people with more records than before",
    "update": "known people with other records than before",
    "unchanged": "known people, as before",
    "same": "known people, as before",
    "kept": "known people, as before",
}

_ROLES: Final = {
    "record_id": "what the source calls the record",
    "source": "the system that the record comes from",
    "event_time": "when the source said so",
    "first_seen": "when the source first saw the person",
    "message_id": "recognises a message sent twice",
    "withdrawn": "says that the record is taken back",
    "ignore": "not used",
}


def constraint_words(constraint: str) -> str:
    """Why a link was refused, by the name of the constraint."""
    return _first(_CONSTRAINTS, constraint, "A rule of the policy kept the two sides apart.")


def change_words(change: str) -> str:
    """What happened to a profile, by the kind of change."""
    return _first(_CHANGES, change, "")


def role_words(role: str) -> str:
    """What a column is used for.

    >>> role_words("identifier:email")
    'joins records with the same email'
    """
    kind, _, name = role.partition(":")
    if kind == "identifier":
        return f"joins records with the same {name}"
    if kind == "trait":
        return "describes the person"
    return _ROLES.get(role, "")


def _first(meanings: dict[str, str], term: str, otherwise: str) -> str:
    folded = term.casefold()
    return next((words for part, words in meanings.items() if part in folded), otherwise)

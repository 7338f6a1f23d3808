"""What the terms mean, for someone who has never heard of the tool: each is one sentence."""

from __future__ import annotations

from typing import Final

__all__ = [
    "CHANGE_WORDS",
    "CONSTRAINT_WORDS",
    "STATUS_WORDS",
    "change_words",
    "constraint_words",
    "role_words",
]

STATUS_WORDS: Final = {
    "linked": "joins the records that carry it",
    "contested": "carried by records that cannot all be one person, so it was split between them",
    "shared": "carried by too many people to mean one of them, so it joins nobody",
    "blocked": "a placeholder such as “n/a” or a value that the policy blocks, so it joins nobody",
    "unlinked": "of a type that is kept and shown but never joins records",
}

CONSTRAINT_WORDS: Final = {
    "different": "A judgement says that these are different people.",
    "duplicate_free": "This source lists every person once, so two of its records are two people.",
    "max_per_profile": "One person would have had more values of a kind than the policy allows.",
    "exclusive": "A person has one value of this trait, and the two sides have different ones.",
    "guard": "The records share the identifier, but the names on them do not fit one person.",
    "component limit": (
        "The records hung together by too much evidence to be one person; the weakest kind of "
        "evidence was set aside until each part was small enough."
    ),
}

CHANGE_WORDS: Final = {
    "created": "people none of whose records were there before",
    "merged": "profiles that turned out to be one person; the first id stays, others lead to it",
    "split": "parts of profiles that turned out to be several people",
    "unchanged": "known people with nobody joined or parted, perhaps with more or fewer records",
    "removed": "profiles all of whose records were withdrawn; their ids are gone",
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
    """Why a link was refused, by the name of the constraint.

    >>> constraint_words("different")
    'A judgement says that these are different people.'
    """
    return CONSTRAINT_WORDS.get(constraint, "A rule of the policy kept the two sides apart.")


def change_words(change: str) -> str:
    """What happened to a profile, by the kind of change."""
    return CHANGE_WORDS.get(change, "")


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

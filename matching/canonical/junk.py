"""Values that look like identifiers and mean nobody, in one place.

Only what cannot mean one person is junk. What usually means many people but might mean one
(`info@`, `guest`, a switchboard) is left to sharedness, which sees the records.
"""

from __future__ import annotations

import hashlib
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sameas.matching.canonical.model import Kind

__all__ = ["is_junk", "literals"]

_WORDS = """
null none nil nan nul -nan empty undefined undef unknown unspecified missing n/a n.a. n.a na #n/a
n\\a \\n not_available notavailable not_set notset not_provided no_value novalue false anonymous
anon (null) (none) (unknown) (empty) <null> <none> <na> <undefined> [null] [none] {null} -1
- -- --- _ __ . .. ... ? ?? ??? * ** / #
"""
_PHRASES = ("not set", "(not set)", "not available", "not provided", "not applicable", "no value")

WORDS = frozenset((*_WORDS.split(), *_PHRASES, "[object object]"))
"""Words for nothing, folded."""

DEVICES = frozenset(
    {
        "9774d56d682e549c",  # the ANDROID_ID that a faulty Android 2.2 gave to many devices
        "02:00:00:00:00:00",  # the MAC address that Android and iOS give to every app
        "012345678912345",  # the IMEI of emulators
        "00000000-0000-0000-0000-000000000000",  # an advertising id, tracking refused
        "ffffffff-ffff-ffff-ffff-ffffffffffff",
    }
)

_NO_REPLY = """
noreply no-reply no_reply no.reply donotreply do-not-reply do_not_reply do.not.reply
dontreply dont-reply mailer-daemon postmaster
noemail no-email no_email no.email nomail no-mail no_mail noemailaddress no-email-address
notprovided not-provided not_provided
"""

NO_REPLY = frozenset(_NO_REPLY.split())
"""Local parts that are nobody's at any domain."""

EMAILS = frozenset(
    f"{local}@{domain}"
    for domain, locals_ in {
        "test.com": "test a tester testing null none na user no abc asdf admin example email",
        "example.com": "test example email user username name null none na no noone nobody",
        "example.org": "test example email user username name null none na no noone nobody",
        "example.net": "test example email user username name null none na no noone nobody",
        "domain.com": "email user username name test example you yourname youremail",
        "email.com": "email test none no null na example",
        "mail.com": "mail test none no null na",
        "gmail.com": "test email none null example",
        "none.com": "none no null na test",
        "null.com": "null none na",
        "no.com": "no none",
        "na.com": "na none",
        "nomail.com": "none no na",
        "noemail.com": "none no na",
        "nowhere.com": "nobody none noone no",
        "abc.com": "abc test",
        "asdf.com": "asdf",
        "a.com": "a",
        "aa.com": "aa",
        "aaa.com": "aaa",
        "x.com": "x",
        "xx.com": "xx",
        "xxx.com": "xxx",
        "xyz.com": "xyz",
        "123.com": "123",
        "unknown.com": "unknown",
        "undefined.com": "undefined",
    }.items()
    for local in locals_.split()
)

NUMBERS = frozenset({"1234567890", "0123456789", "123456789", "12345678", "1234567", "9876543210"})
"""National numbers that fingers make."""


@cache
def _digests() -> frozenset[str]:
    texts = ("", " ", *WORDS, *EMAILS, *(word.upper() for word in WORDS))
    return frozenset(
        hashlib.new(method, text.encode(), usedforsecurity=False).hexdigest()
        for text in texts
        for method in ("md5", "sha1", "sha256")
    )


def literals(kind: Kind) -> frozenset[str]:
    """The folded values, or local parts of emails, that `is_junk` knows by heart."""
    if kind == "email":
        return EMAILS | NO_REPLY
    if kind == "hash":
        return _digests()
    return WORDS | DEVICES


def is_junk(kind: Kind, canonical: str) -> bool:
    """Whether a canonical value is built-in junk: it is kept and shown, and never links.

    >>> is_junk("exact", "NULL"), is_junk("email", "test@test.com"), is_junk("exact", "7")
    (True, True, False)
    """
    if kind == "email":
        local, _, domain = canonical.rpartition("@")
        return local in NO_REPLY or canonical in EMAILS or domain.endswith(".invalid")
    if kind == "phone":
        return _junk_phone(canonical)
    if kind == "hash":
        return canonical in _digests() or len(set(canonical)) == 1
    if canonical.strip("0-:._{} ") == "" and "0" in canonical:
        return True
    folded = canonical.lower() if canonical.isascii() else canonical
    return folded in WORDS or folded in DEVICES


def _junk_phone(canonical: str) -> bool:
    from sameas.matching.canonical.phone import plan

    digits = canonical.partition(";")[0][1:]
    width = next((w for w in (1, 2, 3) if digits[:w].isdigit() and plan(int(digits[:w]))), 0)
    national = digits[width:]
    if len(set(national)) == 1 or national in NUMBERS:
        return True
    # In the NANP no exchange is 000, and 555-1212 is every area's directory assistance.
    return width == 1 and digits[0] == "1" and national[3:] in {"0000000", "5551212"}

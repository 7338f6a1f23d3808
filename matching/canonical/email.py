"""Email addresses: one text for every spelling of one mailbox, or the reason why there is none.

Domains leave as lower-case A-labels (`xn--...`, UTS 46 and IDNA 2008): ASCII, what mail servers
see, and a look-alike letter shows. The local part is folded whole: the standard allows servers to
tell case apart, none of note does.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

import idna

from sameas.matching.canonical.model import NOTHING, Options, Outcome
from sameas.matching.canonical.providers import ALIASES, DOTLESS, TAGGED
from sameas.matching.canonical.text import clean, compatible, fold

__all__ = ["email"]

_PLAIN = re.compile(r"[a-z0-9._-]{1,64}@((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63})")
"""Addresses that are canonical as they are, unless their provider has rules of its own."""
_ANGLE = re.compile(r"[^<>]*<([^<>]*)>[\s,;.]*")
_WRAPPED = re.compile(r"""'([^']*)'|"([^"]*)"|\(([^()]*)\)|\[([^\[\]]*)\]""")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"@(.*)', re.DOTALL)
_BETWEEN = re.compile(r"[\s,;/|]+")
_ATOM = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]+")
_ESCAPE = re.compile(r'(["\\])')
_DOTS = re.compile(r"[\u3002\uff0e\uff61]")
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")


class _RejectedError(ValueError):
    """Why an address is none."""


def email(raw: str, options: Options) -> Outcome:
    """The canonical address.

    >>> email("Ann B. <Ann.B+news@Googlemail.com>", Options()).value
    'annb@gmail.com'
    >>> email("ann@BÜCHER.example", Options()).value
    'ann@xn--bcher-kva.example'
    >>> email("ann@example", Options()).reason
    'domain has no dot'
    """
    plain = _PLAIN.fullmatch(raw)
    if plain is not None and _is_plain_domain(plain[1]):
        return Outcome(raw)
    text = _unwrap(compatible(clean(raw)))
    if not text:
        return NOTHING
    try:
        local, domain = _split(text)
        return Outcome("@".join(_mailbox(_local(local), _domain(domain), options)))
    except _RejectedError as rejection:
        return Outcome(None, str(rejection))


def _is_plain_domain(domain: str) -> bool:
    return (
        len(domain) <= 253
        and "xn--" not in domain
        and domain not in ALIASES
        and domain not in DOTLESS
    )


def _unwrap(text: str) -> str:
    """Take off display names, `mailto:`, quotes, brackets and trailing punctuation."""
    while True:
        inner = text.rstrip(" ,;").lstrip(" ,;")
        if inner[:7].lower() == "mailto:":
            inner = unquote(inner[7:].partition("?")[0])
        elif found := _ANGLE.fullmatch(inner):
            inner = found[1]
        elif found := _WRAPPED.fullmatch(inner):
            inner = next((part for part in found.groups() if part is not None), "")
        inner = compatible(clean(inner))
        if inner == text:
            return text
        text = inner


def _split(text: str) -> tuple[str, str]:
    if found := _QUOTED.fullmatch(text):
        return f'"{found[1]}"', found[2]
    local, at, domain = text.rpartition("@")
    if not at:
        raise _RejectedError("no @")
    if "@" in local:
        several = sum("@" in part for part in _BETWEEN.split(text)) > 1
        raise _RejectedError("several addresses in one field" if several else "more than one @")
    return local.strip(), domain.strip()


def _local(text: str) -> str:
    quoted = len(text) > 1 and text[0] == text[-1] == '"'
    bare = fold(
        compatible(re.sub(r"\\(.)", r"\1", text[1:-1], flags=re.DOTALL) if quoted else text)
    )
    bare = compatible(bare)
    if not bare:
        raise _RejectedError("nothing before the @")
    if len(bare) > 64:
        raise _RejectedError("more than 64 characters before the @")
    if not quoted and any(character.isspace() for character in bare):
        raise _RejectedError("white space inside")
    odd = [c for c in bare if not _allowed(c)]
    if not odd:
        return bare
    if not quoted or not all(c.isascii() for c in odd):
        raise _RejectedError(f"character U+{ord(odd[0]):04X} is not allowed before the @")
    return '"' + _ESCAPE.sub(r"\\\1", bare) + '"'


def _allowed(character: str) -> bool:
    if character.isascii():
        return _ATOM.fullmatch(character) is not None
    return character.isprintable() and character != "\ufffd"


def _domain(text: str) -> str:
    if not text:
        raise _RejectedError("nothing after the @")
    if any(character.isspace() for character in text):
        raise _RejectedError("white space inside")
    if text.startswith("["):
        raise _RejectedError("domain is an address literal")
    domain = _DOTS.sub(".", text).removesuffix(".").lower()
    if "." not in domain:
        raise _RejectedError("domain has no dot")
    if len(domain) > 253:
        raise _RejectedError("domain is longer than 253 characters")
    if not domain.isascii() or "xn--" in domain:
        domain = _ascii_domain(domain)
    labels = domain.split(".")
    if "" in labels:
        raise _RejectedError("domain has an empty label")
    if faulty := [label for label in labels if not _LABEL.fullmatch(label)]:
        raise _RejectedError(f"domain label {faulty[0][:40]!r} is not valid")
    if labels[-1].isdigit():
        raise _RejectedError("domain ends in a number")
    return domain


def _ascii_domain(domain: str) -> str:
    try:
        return idna.encode(domain, uts46=True).decode("ascii").lower()
    except (idna.IDNAError, UnicodeError) as error:
        raise _RejectedError("domain is not a valid international name") from error


def _mailbox(local: str, domain: str, options: Options) -> tuple[str, str]:
    domain = ALIASES.get(domain, domain)
    if local.startswith('"'):
        return local, domain
    if options.email_tags and domain in TAGGED:
        local = local.partition("+")[0]
    if options.email_dots and domain in DOTLESS:
        local = local.replace(".", "")
    if not local:
        raise _RejectedError("nothing before the @ but a tag or dots")
    return local, domain

"""What mail providers ignore in an address, as data.

Only what the provider itself documents as one mailbox. Yahoo's `name-keyword` is a disposable
address, and a hyphen is common in names: left alone. Domains of one provider that reach one
mailbox for some accounts only (icloud.com and me.com, proton.me and pm.me) are kept apart.
"""

from __future__ import annotations

__all__ = ["ALIASES", "DOTLESS", "TAGGED"]

ALIASES = {"googlemail.com": "gmail.com"}
"""Domains that are another name of one domain for every mailbox."""

DOTLESS = frozenset({"gmail.com"})
"""Domains where dots in the local part mean nothing."""

_MICROSOFT = (
    "com com.ar com.au com.br com.tr co.id co.il co.in co.jp co.kr co.nz co.th co.uk co.za "
    "at be ca cl cn cz de dk es fi fr gr hu ie it jp kr nl no ph pt ru se sg sk"
)

TAGGED = frozenset(
    {
        "gmail.com",
        *(f"{name}.{top}" for name in ("outlook", "hotmail", "live") for top in _MICROSOFT.split()),
        *("msn.com", "icloud.com", "me.com", "mac.com"),
        *("fastmail.com", "fastmail.fm", "fastmail.net", "fastmail.org", "pobox.com", "sent.com"),
        *("protonmail.com", "protonmail.ch", "proton.me", "pm.me"),
        *("yandex.ru", "yandex.com", "yandex.by", "yandex.kz", "yandex.ua", "ya.ru"),
        *("zoho.com", "zohomail.com", "zoho.eu", "mailbox.org", "posteo.de", "posteo.net"),
        *("hey.com", "runbox.com"),
    }
)
"""Domains where `name+tag` reaches `name`."""

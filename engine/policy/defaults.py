"""The policy of somebody who wrote none: every identifier type that common systems send.

The numbers follow from two people to think of. A *family of six*, two addresses each, shares a
landline and a tablet: twelve values at most, and nothing of theirs may be called shared. A *shop*
shows its switchboard number or its kiosk's cookie to hundreds: it must be. Between the two any
limit does; the low end is taken, because a shared identifier costs a link and a missed one a
merge of strangers.
"""

from __future__ import annotations

from sameas.engine.policy.model import Group, IdentifierType, Policy, Survivorship

__all__ = ["default"]

HOUSEHOLD = 6
"""People who may share one address, number or device and still be found by it."""
HOUSEHOLD_VALUES = 12
"""Two values each of them: two addresses, a mobile and a landline."""
DAILY_FOR_YEARS = 2_000
"""A purchase a day for five years. A person's own identifier stays below, and a flip of sharedness
touches at most so many records."""


def _hashed_email(name: str) -> IdentifierType:
    # As good as the address itself, so it ranks right behind it: what an ad platform knows of a
    # person is often nothing else. Five addresses have up to ten digests of one kind, of the raw
    # and of the canonical spelling. Addresses rank above, hence the household's number of values.
    return IdentifierType(
        name,
        canonicaliser="hash",
        max_per_profile=10,
        max_fanout=HOUSEHOLD_VALUES,
        max_records=DAILY_FOR_YEARS,
    )


_IDENTIFIERS = (
    # One person, one account: the only type that a profile holds once, so it decides wherever other
    # evidence is contested. People have five addresses, `guest` has thousands: addresses are what
    # its fanout counts. Twice as many leaves room for hide-my-email aliases.
    IdentifierType("user_id", max_per_profile=1, max_fanout=10, max_records=DAILY_FOR_YEARS),
    # Personal, long-lived, checked by the sender in most systems. Couples share one; an inbox with
    # more accounts than a family has heads is a team's.
    IdentifierType(
        "email",
        canonicaliser="email",
        max_per_profile=5,
        max_fanout=HOUSEHOLD,
        max_records=DAILY_FOR_YEARS,
    ),
    _hashed_email("email_sha256"),
    _hashed_email("email_sha1"),
    _hashed_email("email_md5"),
    # Families share landlines, and operators hand a number on to the next customer: it joins only
    # records whose person names agree. Eight: mobile, home and work, each changed a time or two.
    IdentifierType(
        "phone",
        canonicaliser="phone",
        max_per_profile=8,
        max_fanout=HOUSEHOLD_VALUES,
        max_records=DAILY_FOR_YEARS,
        guard=True,
    ),
    # An installation: a phone is personal, a tablet is a family's, a till is a shop's. New with
    # each reinstall, so a profile collects many; without a limit one till that slips through
    # would chain. Guarded for the tablet: in a city of 100,000 that took precision from .909 to
    # .924 and no recall (benchmarks/percolation.py, dial 1).
    IdentifierType(
        "device_id",
        canonicaliser="uuid",
        max_per_profile=50,
        max_fanout=HOUSEHOLD_VALUES,
        max_records=DAILY_FOR_YEARS,
        guard=True,
    ),
    # The same device as the ad networks see it, below it because its user may reset it and many
    # send zeros or one constant instead.
    IdentifierType(
        "advertising_id",
        canonicaliser="uuid",
        max_per_profile=50,
        max_fanout=HOUSEHOLD_VALUES,
        max_records=DAILY_FOR_YEARS,
    ),
    # The id in some other system, which one the name does not say. Two systems that both count
    # from 1 would join strangers by the thousand: kept and shown, but it links only where a policy
    # says so.
    IdentifierType("external_id", links=False),
    # A browser's memory as an SDK keeps it, made anew at logout: no limit, since people who clear
    # it have hundreds; whom it may join is decided by the types above.
    IdentifierType(
        "anonymous_id", canonicaliser="uuid", max_fanout=HOUSEHOLD_VALUES, max_records=1_000
    ),
    # The same, but it outlives logouts, so one person's visits and the next one's meet on it: the
    # weakest evidence, judged last and dropped first.
    IdentifierType("cookie", max_fanout=HOUSEHOLD_VALUES, max_records=1_000),
)

_SURVIVORSHIP = Survivorship(
    # People move and marry: the newest word is the best guess, for every trait but one. A birth
    # date never changes, so where sources differ one of them is a typing error: the majority is.
    default="most_recent",
    traits={"birth_date": "most_frequent"},
    groups=(
        Group("name", ("first_name", "middle_name", "last_name")),
        Group("address", ("street", "city", "state", "postal_code", "country")),
    ),
)


def default() -> Policy:
    """The default policy.

    >>> [kind.name for kind in default().identifiers][:3]
    ['user_id', 'email', 'email_sha256']
    """
    return Policy(identifiers=_IDENTIFIERS, survivorship=_SURVIVORSHIP)

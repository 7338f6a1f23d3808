"""The people of the invented shop: for one seed always the same, and nobody real.

Households come first, because what makes identity hard is what people share: a landline, a mailbox,
a tablet, a number that somebody else had years ago, the switchboard of an employer. Everything a
source may later say of a person is fixed here; `sameas.api.demo.sources` only decides what each
source gets to see and how it spells it.
"""

from __future__ import annotations

import random
import uuid
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from sameas.api.demo.names import NAMES
from sameas.api.demo.places import PLACES, Place

__all__ = ["Address", "Person", "draw", "populate"]

_OPENED = datetime(2015, 3, 2, 9, tzinfo=UTC)
_TODAY = datetime(2025, 6, 30, 18, tzinfo=UTC)
_LATIN = str.maketrans({"ß": "ss", "ö": "oe", "ü": "ue", "ä": "ae", "'": "", "-": ""})


def draw(seed: int, purpose: str) -> random.Random:
    """A stream of chance for one purpose: a change to one source leaves the others alone."""
    return random.Random(f"{seed}/{purpose}")  # noqa: S311 - invented people, no secret


@dataclass(frozen=True, slots=True)
class Address:
    """One home."""

    street: str
    postal_code: str
    town: str


@dataclass(frozen=True, slots=True)
class Person:
    """One person, the truth: what is empty, the person does not have."""

    key: str
    household: int
    country: str
    given: tuple[str, ...]
    """Spellings, the native one first."""
    family: tuple[str, ...]
    born: date
    since: datetime
    until: datetime
    """The shop hears of the person between these two."""
    emails: tuple[str, ...]
    mobile: str
    """E.164, as every number here."""
    home: Address
    former_home: Address | None = None
    maiden: tuple[str, ...] = ()
    """Spellings of the family name before `changed`."""
    changed: datetime = _OPENED
    """When the former home and the maiden name ended."""
    landline: str = ""
    switchboard: str = ""
    user_id: str = ""
    card: str = ""
    cookies: tuple[str, ...] = ()
    device: str = ""
    advertising_id: str = ""
    tablet: str = ""

    @property
    def family_first(self) -> bool:
        """Whether the native full name starts with the family name."""
        return NAMES[self.country].family_first


class _Registry:
    """Hands out what must be unique: numbers, mail addresses, ids."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self._taken: set[str] = set()

    def digits(self, pattern: str) -> str:
        rng = self.rng
        return "".join(
            str(rng.randrange(10)) if c == "#" else str(rng.randrange(1, 10)) if c == "+" else c
            for c in pattern
        )

    def phone(self, place: Place, patterns: tuple[str, ...]) -> str:
        while True:
            number = f"+{place.code}{self.digits(self.rng.choice(patterns)).replace(' ', '')}"
            if number not in self._taken:
                self._taken.add(number)
                return number

    def email(self, place: Place, given: str, family: str, born: date) -> str:
        rng = self.rng
        first, last = (text.lower().translate(_LATIN) for text in (given, family))
        first, last = (_ascii(text) for text in (first, last))
        stem = rng.choice((f"{first}.{last}", f"{first[0]}.{last}", f"{last}.{first}"))
        # Gmail is a real provider: a stem with seven digits keeps clear of real mailboxes.
        domain = rng.choice(place.domains)
        tail = f"{rng.randrange(10**6, 10**7)}" if domain == "gmail.com" else ""
        address = f"{stem}{tail}@{domain}"
        while address in self._taken:
            address = f"{stem}{born.year % 100:02d}{rng.randrange(100):02d}{tail}@{domain}"
        self._taken.add(address)
        return address

    def uuid(self) -> str:
        return str(uuid.UUID(int=self.rng.getrandbits(128), version=4))

    def number(self, prefix: str, width: int) -> str:
        while True:
            text = f"{prefix}{self.rng.randrange(10 ** (width - 1), 10**width)}"
            if text not in self._taken:
                self._taken.add(text)
                return text


def _ascii(text: str) -> str:
    from anyascii import anyascii

    return "".join(c for c in anyascii(text).lower() if c.isalnum()) or "kunde"


def populate(people: int, *, seed: int) -> list[Person]:
    """Invent `people` persons in households; the same arguments give the same persons."""
    rng = draw(seed, "people")
    registry = _Registry(rng)
    countries, shares = list(PLACES), [place.share for place in PLACES.values()]
    result: list[Person] = []
    household = 0
    while len(result) < people:
        size = min(rng.choices((1, 2, 3, 4), (48, 30, 12, 10))[0], people - len(result))
        country = rng.choices(countries, shares)[0]
        result += _household(registry, country, size, household, len(result))
        household += 1
    _recycle_numbers(rng, result)
    _employ(rng, registry, result)
    return result


def _moment(rng: random.Random, start: datetime, end: datetime) -> datetime:
    return start + timedelta(seconds=rng.randrange(max(1, int((end - start).total_seconds()))))


def _address(registry: _Registry, place: Place) -> Address:
    rng = registry.rng
    return Address(
        f"{rng.choice(place.streets)} {rng.randrange(1, 120)}",
        registry.digits(place.postal_code),
        rng.choice(place.towns),
    )


def _household(
    registry: _Registry, country: str, size: int, household: int, first: int
) -> list[Person]:
    rng, place, names = registry.rng, PLACES[country], NAMES[country]
    family = tuple(rng.choice(names.families).split("|"))
    home = _address(registry, place)
    landline = registry.phone(place, place.landline) if rng.random() < (0.3, 0.7)[size > 1] else ""
    tablet = registry.uuid() if size > 2 or (size == 2 and rng.random() < 0.25) else ""
    shared_mail = ""
    members: list[Person] = []
    taken: set[str] = set()
    for place_in_home in range(size):
        woman = place_in_home % 2 == 0 if size > 1 else rng.random() < 0.5
        given_text = rng.choice(
            [n for n in (names.women if woman else names.men) if n not in taken]
        )
        taken.add(given_text)
        given = tuple(given_text.split("|"))
        grown = place_in_home < 2
        born = date(rng.randrange(1948, 1999) if grown else rng.randrange(1999, 2008), 1, 1)
        born += timedelta(days=rng.randrange(365))
        since = _moment(rng, _OPENED, datetime(2024, 6, 1, tzinfo=UTC))
        maiden: tuple[str, ...] = ()
        if woman and grown and size > 1 and rng.random() < 0.2:
            maiden = tuple(
                rng.choice([f for f in names.families if f[0] != family[0][0]]).split("|")
            )
        latin_given, latin_family = given[min(1, len(given) - 1)], (maiden or family)[-1]
        emails = [registry.email(place, latin_given, latin_family, born)]
        if rng.random() < 0.3:
            emails.append(registry.email(place, latin_given, family[-1], born))
        if place_in_home == 0 and size > 1 and rng.random() < 0.15:
            shared_mail = emails[0]
        elif place_in_home == 1 and shared_mail:
            emails[0] = shared_mail
        has_app = rng.random() < 0.45
        has_account = has_app or rng.random() < 0.5
        members.append(
            Person(
                key=f"P{first + place_in_home + 1:05d}",
                household=household,
                country=country,
                given=given,
                family=family,
                born=born,
                since=since,
                until=_TODAY,
                emails=tuple(emails),
                mobile=registry.phone(place, place.mobile),
                home=home,
                former_home=_address(registry, place) if rng.random() < 0.2 else None,
                maiden=maiden,
                changed=_moment(rng, since, _TODAY),
                landline=landline if grown else "",
                user_id=registry.number("u", 7) if has_account else "",
                card=registry.number("29", 9) if rng.random() < 0.45 else "",
                cookies=tuple(registry.uuid() for _ in range(rng.choice((0, 1, 1, 2, 3)))),
                device=registry.uuid().upper() if has_app else "",
                advertising_id=registry.uuid() if has_app else "",
                tablet=tablet if has_account else "",
            )
        )
    return members


def _recycle_numbers(rng: random.Random, people: list[Person]) -> None:
    """Give the mobile numbers of some who left in 2018 to strangers who came in 2022."""
    left, came = datetime(2018, 9, 30, tzinfo=UTC), datetime(2022, 4, 1, tzinfo=UTC)
    singles = [n for n, p in enumerate(people) if p.since < left - timedelta(days=200)]
    rng.shuffle(singles)
    heirs: dict[str, list[int]] = defaultdict(list)
    for n, person in enumerate(people):
        if person.since > came:
            heirs[person.country].append(n)
    for old in singles[: max(1, len(people) // 60)]:
        pool = heirs[people[old].country]
        heir = rng.choice(pool) if pool else old
        if people[heir].household == people[old].household:
            continue
        pool.remove(heir)
        people[old] = replace(people[old], until=left, changed=min(people[old].changed, left))
        people[heir] = replace(people[heir], mobile=people[old].mobile)


def _employ(rng: random.Random, registry: _Registry, people: list[Person]) -> None:
    """Let thirty people per thousand, or a tenth of few, call from one company's switchboard."""
    germans = [n for n, p in enumerate(people) if p.country == "DE" and p.until == _TODAY]
    rng.shuffle(germans)
    staff = min(30, max(1, len(people) // 10))
    for start in range(0, min(len(germans), staff * max(1, len(people) // 1000)), staff):
        number = registry.phone(PLACES["DE"], ("69+#####0", "211+####0"))
        for n in germans[start : start + staff]:
            people[n] = replace(people[n], switchboard=number)

"""What the five systems of the invented shop saw, each in its own words.

Every function is a pure function of (people, seed): rows in the form of the source, and beside each
row the truth, which the source does not know. Web and mobile events have no record id; their truth
is kept by the identifiers that they carry.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sameas.api.demo.people import draw
from sameas.api.demo.places import PLACES

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping, Sequence

    from sameas.api.demo.people import Person

__all__ = ["Event", "Row", "call_centre", "crm", "mobile", "point_of_sale", "web"]

_ZEROED = "00000000-0000-0000-0000-000000000000"
_STORES = ("Berlin Mitte", "Hamburg Altona", "Leipzig Zentrum")
_PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


@dataclass(frozen=True, slots=True)
class Row:
    """A row that has a record id of its own."""

    record_id: str
    person: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Event:
    """An event without a record id: its JSON, and who it really was."""

    person: str
    identifiers: tuple[tuple[str, str], ...]
    """(type, raw value) of every identifier it carries."""
    body: Mapping[str, object]
    time: datetime


def _when(rng: random.Random, person: Person) -> datetime:
    span = int((person.until - person.since).total_seconds())
    return person.since + timedelta(seconds=rng.randrange(max(1, span)))


def _iso(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def _uuid(rng: random.Random) -> str:
    return f"{rng.getrandbits(96):024x}"


def _spell(rng: random.Random, spellings: Sequence[str]) -> str:
    """A spelling that a keyboard of the shop can type."""
    return rng.choice(spellings[1:] or spellings)


def _latin(rng: random.Random, person: Person, time: datetime) -> tuple[str, str]:
    family = person.maiden if person.maiden and time < person.changed else person.family
    return _spell(rng, person.given), _spell(rng, family)


def _typo(rng: random.Random, text: str) -> str:
    """One slip of the keyboard past the first letter; short words are left alone."""
    if len(text) < 5:
        return text
    at = rng.randrange(1, len(text) - 1)
    kind = rng.randrange(3)
    if kind == 0:
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text[:at] + text[at + 1 :] if kind == 1 else text[:at] + text[at] + text[at:]


def _dial(rng: random.Random, number: str, country: str) -> str:
    """A number as people write it; only German ones may lack the country code."""
    place = PLACES[country]
    national = number[len(place.code) + 1 :]
    grouped = f"{national[:3]} {national[3:6]} {national[6:]}"
    forms = [number, f"+{place.code} {grouped}", f"00{place.code}{national}"]
    if country == "DE":
        forms += [f"0{national}", f"0{national[:3]}/{national[3:]}", f"0{grouped}"]
    return rng.choice(forms)


def _written(rng: random.Random, email: str) -> str:
    """An address as people write it: other case, and at Gmail other dots and tags."""
    local, _, domain = email.partition("@")
    if domain == "gmail.com" and rng.random() < 0.5:
        local = rng.choice((local.replace(".", ""), f"{local}+shop"))
    text = f"{local}@{domain}"
    return rng.choice((text, text, text.upper(), text.title()))


CRM_HEADER = (
    *("Kundennummer", "Vorname", "Nachname", "E-Mail", "Telefon", "Mobil", "Geburtsdatum"),
    *("Straße", "PLZ", "Ort", "Land", "Kundenkonto", "Kundenkarte", "angelegt am", "geändert am"),
)


def crm(people: Sequence[Person], *, seed: int) -> list[Row]:
    """The customer list: names as their owners write them, one row a customer."""
    rng = draw(seed, "crm")
    rows = []
    for person in people:
        if rng.random() > 0.72:
            continue
        changed = max(person.since, person.changed if rng.random() < 0.7 else person.since)
        moved = changed >= person.changed or person.former_home is None
        home = person.home if moved or person.former_home is None else person.former_home
        family = person.maiden if person.maiden and changed < person.changed else person.family
        mobile = _dial(rng, person.mobile, person.country)
        if person.country == "IR" and rng.random() < 0.5:
            mobile = mobile.translate(_PERSIAN)
        record_id = f"K{_uuid(rng)[:8]}"
        rows.append(
            Row(
                record_id,
                person.key,
                (
                    record_id,
                    person.given[0],
                    family[0],
                    rng.choice(("", "null", "n/a"))
                    if rng.random() < 0.08
                    else _written(rng, person.emails[0]),
                    _dial(rng, person.landline, person.country) if person.landline else "",
                    rng.choice(("", "000000", "-")) if rng.random() < 0.1 else mobile,
                    person.born.strftime("%d.%m.%Y") if rng.random() < 0.9 else "",
                    home.street,
                    home.postal_code,
                    home.town,
                    person.country,
                    person.user_id if rng.random() < 0.85 else "",
                    person.card if rng.random() < 0.9 else "",
                    person.since.strftime("%d.%m.%Y %H:%M"),
                    changed.strftime("%d.%m.%Y %H:%M"),
                ),
            )
        )
    rng.shuffle(rows)
    return rows


POS_HEADER = (
    *("receipt_no", "store", "loyalty_card", "customer_name"),
    *("phone", "email", "amount", "sold_at"),
)


def point_of_sale(people: Sequence[Person], *, seed: int) -> list[Row]:
    """Receipts of the stores: capitals, a card or a number or an address, and till-side junk."""
    rng = draw(seed, "pos")
    rows: list[Row] = []
    for person in people:
        for _ in range(rng.choices((0, 1, 2, 3), (45, 30, 15, 10))[0]):
            time = _when(rng, person)
            given, family = _latin(rng, person, time)
            card = person.card if rng.random() < 0.8 else ""
            phone = _dial(rng, person.mobile, person.country) if rng.random() < 0.5 else ""
            email = _written(rng, rng.choice(person.emails)) if rng.random() < 0.35 else ""
            if rng.random() < 0.06:
                email = rng.choice(("test@test.com", "n/a", "keine"))
            if rng.random() < 0.04:
                phone = rng.choice(("000000", "0", "n/a"))
            name = f"{given} {family}" if rng.random() < 0.85 else family
            record_id = f"R{_uuid(rng)[:10]}"
            amount = f"{rng.randrange(300, 25_000) / 100:.2f}"
            store = rng.choice(_STORES)
            cells = (record_id, store, card, name.upper(), phone, email, amount, _iso(time))
            rows.append(Row(record_id, person.key, cells))
    rng.shuffle(rows)
    return rows


CALL_HEADER = ("call_id", "caller_phone", "caller_name", "email", "topic", "called_at")


def call_centre(people: Sequence[Person], *, seed: int) -> list[Row]:
    """Calls: the number on the display, and a name typed while listening."""
    rng = draw(seed, "call")
    rows: list[Row] = []
    for person in people:
        calls = rng.choices((0, 1, 2), (55, 32, 13))[0] or bool(person.switchboard)
        for nth in range(calls):
            time = _when(rng, person)
            given, family = _latin(rng, person, time)
            phones = [person.mobile, person.mobile, person.landline or person.mobile]
            at_work = bool(person.switchboard) and nth == 0
            phone = person.switchboard if at_work else rng.choice(phones)
            name = f"{given} {family}"
            if rng.random() < 0.25:
                name = _typo(rng, name)
            elif rng.random() < 0.1:
                name = f"{given[0]}. {family}"
            email = ""
            if at_work or rng.random() < 0.3:
                email = _written(rng, rng.choice(person.emails))
            record_id = f"C{_uuid(rng)[:9]}"
            topic = rng.choice(("delivery", "return", "invoice", "order", "complaint"))
            spoken = "anonymous" if not at_work and rng.random() < 0.04 else phone
            cells = (record_id, spoken, name, email, topic, _iso(time))
            rows.append(Row(record_id, person.key, cells))
    rng.shuffle(rows)
    return rows


def web(people: Sequence[Person], *, seed: int) -> list[Event]:
    """Events of the web shop: cookies, logins, guest orders, and the kiosk in each store."""
    rng = draw(seed, "web")
    events: list[Event] = []

    def send(
        person: Person, cookie: str, *, user: str = "", email: str = "", kind: str = "page"
    ) -> None:
        time = _when(rng, person)
        traits: dict[str, object] = {}
        if email:
            given, family = _latin(rng, person, time)
            home = person.home
            if person.former_home is not None and time < person.changed:
                home = person.former_home
            traits = {"email": email, "firstName": given, "lastName": family}
            traits["address"] = {"street": home.street, "city": home.town}
        body = {
            "type": kind,
            "messageId": _uuid(rng),
            "anonymousId": cookie or None,
            "userId": user or None,
            "traits": traits,
            "context": {
                "device": {"type": rng.choice(("desktop", "mobile", "tablet"))},
                "page": {"path": rng.choice(("/", "/sale", "/cart", "/account"))},
            },
            "timestamp": _iso(time),
        }
        carried = (("anonymous_id", cookie), ("user_id", user), ("email", email))
        events.append(Event(person.key, tuple((t, v) for t, v in carried if v), body, time))

    kiosks = [f"kiosk-{n}-{rng.getrandbits(40):010x}" for n in range(1, len(_STORES) + 1)]
    for person in people:
        for cookie in person.cookies:
            for _ in range(rng.randrange(1, 4)):
                send(person, cookie)
            if person.user_id and rng.random() < 0.8:
                for _ in range(rng.randrange(1, 3)):
                    send(person, cookie, user=person.user_id, kind="track")
                if rng.random() < 0.6:
                    email = _written(rng, person.emails[-1])
                    send(person, cookie, user=person.user_id, email=email, kind="identify")
            elif rng.random() < 0.4:
                # The shop's old checkout sends a user id for those who have none.
                email = _written(rng, person.emails[0])
                send(person, cookie, user="guest", email=email, kind="identify")
        if rng.random() < 0.1:
            kiosk = rng.choice(kiosks)
            email = _written(rng, person.emails[0])
            send(person, kiosk, user=person.user_id, email=email, kind="identify")
    events.sort(key=lambda event: (event.time, str(event.body["messageId"])))
    return events


def mobile(people: Sequence[Person], *, seed: int) -> list[Event]:
    """Events of the app, of the family tablet, and clicks that an ad platform sends hashed."""
    rng = draw(seed, "mobile")
    events: list[Event] = []

    def send(person: Person, name: str, **carried: str) -> None:
        time = _when(rng, person)
        fields = ("device_id", "advertising_id", "user_id", "email_sha256")
        body: dict[str, object] = {"event_id": _uuid(rng), "event": name}
        body |= {field: carried.get(field) for field in fields}
        body |= {"os": rng.choice(("ios", "android")), "time": _iso(time)}
        identifiers = tuple((field, carried[field]) for field in fields if carried.get(field))
        events.append(Event(person.key, identifiers, body, time))

    for person in people:
        if person.device:
            tracked = _ZEROED if rng.random() < 0.25 else person.advertising_id
            for _ in range(rng.randrange(1, 4)):
                send(person, "app_open", device_id=person.device, advertising_id=tracked)
            login = {"device_id": person.device, "advertising_id": tracked}
            send(person, "login", user_id=person.user_id, **login)
            if tracked != _ZEROED and rng.random() < 0.35:
                digest = hashlib.sha256(person.emails[-1].encode()).hexdigest()
                send(person, "ad_click", advertising_id=tracked, email_sha256=digest)
        if person.tablet and rng.random() < 0.8:
            send(person, "login", device_id=person.tablet, user_id=person.user_id)
            if rng.random() < 0.3:
                send(person, "app_open", device_id=person.tablet)
    events.sort(key=lambda event: (event.time, str(event.body["event_id"])))
    return events

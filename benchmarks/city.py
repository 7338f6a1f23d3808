"""A simulated city with known truth: equal arguments give equal rows, whatever the chunk size.

Every draw is a hash of (seed, stream, number of the person, household or row), so a row depends on
nothing but its own number: no state runs along the file, memory stays constant, and any slice of
rows can be made by itself. Beside each person's own identifiers there are five mild kinds of
sharing (`Sharing`), scaled together by one dial.

    python benchmarks/city.py --people 100000 --seed 1 -o DIR

writes DIR/records.parquet and DIR/truth.parquet: four records a person and 2.5 identifiers a
record on average, so 100,000 people are 400,000 records with a million identifier values.

One module: the rows of a city are one pass of draws over shared arrays.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict, dataclass, field, fields
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # to run as a script

from benchmarks.draws import (
    RECORDS,
    TRUTH,
    Draws,
    cut,
    digits,
    hexed,
    hexed_bytes,
    joined,
    mixed32,
    taken,
    text,
    unless,
    write,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    U64 = npt.NDArray[np.uint64]
    Bools = npt.NDArray[np.bool_]

__all__ = ["IDENTIFIERS", "NONE", "RECORDS", "TRUTH", "City", "Rows", "Sharing", "write"]

IDENTIFIERS = ("user_id", "email", "phone", "device_id", "cookie")
SOURCES = ("crm", "web", "mobile", "pos", "call")
SOURCE_SHARE = (0.20, 0.38, 0.20, 0.12, 0.10)
# How often a record of each source (columns as SOURCES) carries each identifier, and a name.
CARRIES = {
    "user_id": (1.00, 0.80, 0.90, 0.20, 0.45),
    "email": (1.00, 0.70, 0.70, 0.65, 0.45),
    "phone": (0.80, 0.08, 0.20, 0.90, 1.00),
    "device_id": (0.00, 0.00, 1.00, 0.00, 0.00),
    "cookie": (0.25, 1.00, 0.15, 0.00, 0.00),
    "name": (1.00, 0.30, 0.20, 0.70, 0.90),
}
NONE = np.uint64(2**64 - 1)
RECORDS_PER_PERSON = 4
START = 1_672_531_200_000_000  # 2023-01-01T00:00:00Z in microseconds
SPAN = 3 * 365 * 86_400_000_000
MAX_PEOPLE = 100_000_000  # the phone numbers below are enough for so many

GIVEN_TEXT = (
    "mary:mamie james:jim john:jack robert:bob patricia:pat jennifer:jen michael:mike linda:lindy "
    "william:bill elizabeth:liz david:dave barbara:barb richard:rick susan:sue joseph:joe "
    "jessica:jess thomas:tom sarah:sally charles:charlie karen:kari christopher:chris lisa:lise "
    "daniel:dan nancy:nan matthew:matt betty:bette anthony:tony margaret:peggy mark:marky "
    "sandra:sandy donald:don ashley:ash steven:steve kimberly:kim paul:pauly emily:em "
    "andrew:andy donna:dona joshua:josh michelle:shelly kenneth:ken carol:carrie kevin:kev "
    "amanda:mandy brian:bri dorothy:dot george:georgie melissa:mel timothy:tim deborah:deb "
    "ronald:ron stephanie:steph edward:ed rebecca:becky jason:jay sharon:shari jeffrey:jeff "
    "laura:laurie ryan:ry cynthia:cindy jacob:jake kathleen:kathy gary:gaz amy:aimee "
    "nicholas:nick angela:angie eric:rick shirley:shirl jonathan:jon anna:annie stephen:steve "
    "brenda:bren larry:laz pamela:pam justin:jus emma:em scott:scotty nicole:nikki "
    "brandon:bran helen:nell benjamin:ben samantha:sam samuel:sam katherine:kate "
    "gregory:greg christine:chris alexander:alex debra:deb patrick:pat rachel:rach frank:frankie "
    "carolyn:lyn raymond:ray janet:jan"
)
GIVEN = tuple(GIVEN_TEXT.split())
FAMILY_TEXT = (
    "smith johnson williams brown jones garcia miller davis rodriguez martinez hernandez lopez "
    "gonzalez wilson anderson thomas taylor moore jackson martin lee perez thompson white harris "
    "sanchez clark ramirez lewis robinson walker young allen king wright scott torres nguyen hill "
    "flores green adams nelson baker hall rivera campbell mitchell carter roberts gomez phillips "
    "evans turner diaz parker cruz edwards collins reyes stewart morris morales murphy cook rogers "
    "gutierrez ortiz morgan cooper peterson bailey reed kelly howard ramos kim cox ward richardson "
    "watson brooks chavez wood james bennett gray mendoza ruiz hughes price alvarez castillo "
    "sanders patel myers long ross foster jimenez powell jenkins perry russell sullivan bell "
    "coleman butler henderson barnes fisher vasquez simmons graham murray ford castro hamilton "
    "wallace kowalski novak schmidt rossi silva ivanov yilmaz tanaka chen singh haddad okafor"
)
FAMILY = tuple(FAMILY_TEXT.split())
DOMAINS = ("gmail.com", "outlook.com", "yahoo.com", "icloud.com", "example.com", "example.org")
DOMAIN_SHARE = (0.45, 0.15, 0.15, 0.10, 0.10, 0.05)
AREA_CODES = (
    201,
    202,
    203,
    205,
    206,
    207,
    208,
    209,
    210,
    212,
    213,
    214,
    215,
    216,
    217,
    218,
    219,
    224,
    225,
    228,
    229,
    231,
    234,
    239,
    240,
    248,
    251,
    252,
    253,
    254,
    256,
    260,
    262,
    267,
    269,
    270,
    276,
    281,
    301,
    302,
    303,
    304,
    305,
    307,
    308,
    309,
    310,
    312,
    313,
    314,
    315,
    316,
    317,
    318,
    319,
    320,
    321,
    323,
    325,
    330,
    334,
    336,
    337,
    339,
    347,
    351,
)
AMERICAN = len(AREA_CODES) * 800 * 10_000  # +1 AAA 200..999 0000..9999
BRITISH = 60_000_000  # +44 7100000000 and following
# Household sizes by blocks of twelve people: four ways to cut a block, each person's first member.
BLOCK = 12
HOUSEHOLDS = tuple(
    tuple(start for start, size in zip(starts, sizes, strict=True) for _ in range(size))
    for sizes in ((1, 1, 2, 3, 5), (1, 2, 2, 3, 4), (1, 1, 1, 2, 3, 4), (2, 2, 2, 6))
    for starts in (tuple(sum(sizes[:n]) for n in range(len(sizes))),)
)


@dataclass(frozen=True, slots=True)
class Sharing:
    """How common each kind of sharing is, as a fraction of 1.

    Each is mild in the data: a record rarely shows it, and no value has many people. The defaults
    put about a quarter of 100,000 people into one plain component, their halves a few hundred.
    """

    household_phone: float = 0.45
    """Households with a common telephone."""
    work_phone: float = 0.30
    """People who give the number of their company's switchboard, ten to a switchboard."""
    shared_device: float = 0.25
    """People who use a tablet that four unrelated people use."""
    kiosk_cookie: float = 0.04
    """Web records from a public kiosk, a dozen to a kiosk."""
    recycled: float = 0.30
    """People whose telephone number passes to a stranger; as many whose browser cookie does."""

    def scaled(self, dial: float) -> Sharing:
        """All rates times `dial`, at most 1.

        >>> Sharing().scaled(0).work_phone
        0.0
        """
        return Sharing(**{name: min(1.0, rate * dial) for name, rate in asdict(self).items()})


@dataclass(frozen=True, slots=True)
class Rows:
    """A slice of the city's records as numbers; `NONE` where a record lacks the identifier."""

    row: U64
    person: U64
    source: npt.NDArray[np.int8]
    time: npt.NDArray[np.int64]
    number: dict[str, U64]
    """Per identifier type, the number of the value: equal numbers are equal values."""


@dataclass(frozen=True, slots=True)
class City(Draws):
    """A city of `people`; every method is a pure function of its fields and arguments."""

    people: int
    seed: int = 0
    sharing: Sharing = field(default_factory=Sharing)
    """The rates in force: scale them before."""
    raw: bool = False
    names: bool = True

    def __post_init__(self) -> None:
        rates = asdict(self.sharing).items()
        faults = [f"sharing.{k} is {v}: a rate from 0 to 1" for k, v in rates if not 0 <= v <= 1]
        if not 1 <= self.people <= MAX_PEOPLE:
            faults.append(f"people is {self.people:,}: from 1 to {MAX_PEOPLE:,}")
        if not 0 <= self.seed < 2**63:
            faults.append(f"seed is {self.seed}: from 0 to 2**63 - 1")
        if faults:
            raise ValueError("; ".join(faults))

    @property
    def records(self) -> int:
        """How many records the city has."""
        return self.people * RECORDS_PER_PERSON

    def household(self, person: U64) -> U64:
        """The number of each person's household: that of its first member."""
        block, place = person // np.uint64(BLOCK), person % np.uint64(BLOCK)
        way = self.pick("household", block, len(HOUSEHOLDS)).astype(np.int64)
        first = np.array(HOUSEHOLDS, dtype=np.uint64)[way, place.astype(np.int64)]
        return block * np.uint64(BLOCK) + first

    def shares(self, kind: str, index: U64) -> Bools:
        """Whether each person (household, row: see `Sharing`) shares in that way."""
        return self.chance(f"shares {kind}", index, getattr(self.sharing, kind))

    def rows(self, start: int, stop: int) -> Rows:
        """Records `start` to `stop`, as numbers."""
        row = np.arange(start, stop, dtype=np.uint64)
        person = self._person(row)
        source = np.searchsorted(np.cumsum(SOURCE_SHARE)[:-1], self.unit("source", row), "right")
        time = (self.unit("time", row) * SPAN).astype(np.int64)
        number = {
            "user_id": person.copy(),
            "email": person * np.uint64(4) + self._slot("email", row, person, 2),
            "phone": self._phone(row, person, time),
            "device_id": self._device(row, person),
            "cookie": self._cookie(row, person, time, source == SOURCES.index("web")),
        }
        absent = {"user_id": ~self.chance("account", person, 0.9)}
        for kind in IDENTIFIERS:
            missing = ~self.chance(f"has {kind}", row, np.array(CARRIES[kind])[source])
            number[kind][missing | absent.get(kind, False)] = NONE
        # No record without an identifier: a till or a caller that left none left the phone.
        empty = np.logical_and.reduce([number[kind] == NONE for kind in IDENTIFIERS])
        number["phone"][empty] = self._phone(row[empty], person[empty], time[empty])
        return Rows(row, person, source.astype(np.int8), START + time, number)

    def table(self, rows: Rows) -> pa.Table:
        """Those records as they are written."""
        given, family = self._names(rows.person)
        columns = {
            "record_id": hexed(self.bits("record", rows.row)),
            "source": pa.DictionaryArray.from_arrays(rows.source, list(SOURCES)).cast(pa.string()),
            "event_time": pa.array(rows.time, type=pa.timestamp("us", tz="UTC")),
            "user_id": joined(["u", hexed(self.bits("user_id", rows.number["user_id"]))]),
            "email": self._email(rows, given, family),
            "phone": self._written_phone(rows),
            "device_id": self._uuid("device_id", rows.number["device_id"], "-"),
            "cookie": self._uuid("cookie", rows.number["cookie"], ""),
        }
        for kind in IDENTIFIERS:
            columns[kind] = unless(rows.number[kind] == NONE, columns[kind])
        if self.names:
            columns |= self._written_names(rows, given, family)
        return pa.table(columns)

    def truth(self, rows: Rows) -> pa.Table:
        """The person behind each of those records."""
        table = {"record_id": hexed(self.bits("record", rows.row))}
        table["source"] = pa.DictionaryArray.from_arrays(rows.source, list(SOURCES)).cast(
            pa.string()
        )
        return pa.table(table | {"cluster_id": rows.person.astype(np.int64)})

    def _person(self, row: U64) -> U64:
        # One person in six is busier than the rest.
        person = self.pick("person", row, self.people)
        busy = self.chance("busy", row, 0.1) & (person >= np.uint64(6))
        return np.where(busy, person - person % np.uint64(6), person)

    def _slot(self, kind: str, row: U64, person: U64, most: int) -> U64:
        # A person has 1 to `most` values and uses the first most of the time.
        owned = self.pick(f"owned {kind}", person, most) + np.uint64(1)
        other = self.bits(f"slot {kind}", row) % owned
        return np.where(self.chance(f"first {kind}", row, 0.8), np.uint64(0), other)

    def _passed_on(self, kind: str, person: U64, time: npt.NDArray[np.int64]) -> tuple[U64, Bools]:
        """Whose value each person uses at that time, and who has lost theirs."""
        people = np.uint64(self.people)
        step = np.uint64(self.people // 2 + 1) % people  # from one stranger to the next

        def lost(who: U64) -> Bools:
            since = (self.unit(f"passed {kind}", who) * SPAN).astype(np.int64)
            return self.shares("recycled", who * np.uint64(2) + np.uint64(kind == "phone")) & (
                since < time
            )

        donor = (person + people - step) % people
        inherits = lost(donor)
        return np.where(inherits, donor, person), lost(person) & ~inherits

    def _phone(self, row: U64, person: U64, time: npt.NDArray[np.int64]) -> U64:
        people = np.uint64(self.people)
        user, lost = self._passed_on("phone", person, time)
        number = np.where(lost, people + user, user)
        home = self.household(person)
        common = self.shares("household_phone", home) & self.chance("from home", row, 0.6)
        number[common] = np.uint64(2) * people + home[common]
        office = self.shares("work_phone", person) & self.chance("from work", row, 0.8)
        desks = int(self.people * self.sharing.work_phone / 10)
        number[office] = np.uint64(3) * people + self.pick("office", person[office], desks)
        return number

    def _device(self, row: U64, person: U64) -> U64:
        number = person * np.uint64(4) + self._slot("device_id", row, person, 2)
        tablet = self.shares("shared_device", person) & self.chance("on tablet", row, 0.8)
        groups = int(self.people * self.sharing.shared_device / 4)
        number[tablet] = np.uint64(4 * self.people) + self.pick("tablet", person[tablet], groups)
        return number

    def _cookie(self, row: U64, person: U64, time: npt.NDArray[np.int64], web: Bools) -> U64:
        user, lost = self._passed_on("cookie", person, time)
        number = user * np.uint64(8) + self._slot("cookie", row, person, 2)
        # What passes on is the first cookie, with the old laptop.
        number[user != person] = user[user != person] * np.uint64(8)
        number[lost] += np.uint64(4)
        kiosk = web & self.shares("kiosk_cookie", row)
        kiosks = int(
            self.people * RECORDS_PER_PERSON * SOURCE_SHARE[1] * self.sharing.kiosk_cookie / 12
        )
        number[kiosk] = np.uint64(8 * self.people) + self.pick("kiosk", row[kiosk], kiosks)
        return number

    def _names(self, person: U64) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Each person's given and family name, as places in the tables."""
        home = self.household(person)
        own = self.chance("own family name", person, 0.15)
        line = np.where(own, person + np.uint64(self.people), home)
        given = _ranked(self.unit("given", person), len(GIVEN))
        return given, _ranked(self.unit("family", line), len(FAMILY))

    def _email(
        self, rows: Rows, given: npt.NDArray[np.int64], family: npt.NDArray[np.int64]
    ) -> pa.Array:
        number = rows.number["email"]
        domain = np.searchsorted(np.cumsum(DOMAIN_SHARE)[:-1], self.unit("domain", number), "right")
        gmail = domain == 0
        style = self.pick("email style", rows.row, 6) * np.uint64(self.raw)
        dotted = ~gmail | (style == 3)
        parts = [
            taken([name.split(":")[0] for name in GIVEN], given),
            taken(["", "."], dotted),
            taken(FAMILY, family),
            # 32 bits of a bijection: no two people get one address.
            hexed(mixed32(number), 8),
            taken(["", "+shop", "+news"], np.where(gmail & (style == 4), 1 + number % 2, 0)),
            taken([f"@{name}" for name in DOMAINS], domain),
            taken(["", " "], style == 1),
        ]
        email = joined(parts)
        return pc.if_else(style == 2, pc.ascii_upper(email), email) if self.raw else email

    def _written_phone(self, rows: Rows) -> pa.Array:
        total = AMERICAN + BRITISH
        # An odd multiplier that is prime to the total permutes the numbers.
        place = (rows.number["phone"] % np.uint64(2**31) * np.uint64(1_000_000_007)) % np.uint64(
            total
        )
        american = place < AMERICAN
        area, rest = place // np.uint64(8_000_000), place % np.uint64(8_000_000)
        area = np.array(AREA_CODES, dtype=np.uint64)[np.where(american, area, 0).astype(np.int64)]
        national = np.where(
            american,
            area * np.uint64(10**7) + rest + np.uint64(2_000_000),
            np.uint64(7_100_000_000 - AMERICAN) + place,
        )
        style = self.pick("phone style", rows.row, 5) * np.uint64(self.raw)
        style = np.where(american, style, np.where(style > 0, 5, 0)).astype(np.int64)
        figures = digits(national, 10)
        cuts = [cut(figures, 0, 3), cut(figures, 3, 6), cut(figures, 6, 10)]
        before = ["+1", "(", "", "+1 ", "1 ", "+44 "]
        marks = (["", ") ", "-", " ", ".", ""], ["", "-", "-", " ", ".", " "])
        prefix = np.where(american | (style > 0), style, 6)
        return joined(
            [
                taken([*before, "+44"], prefix),
                cuts[0],
                taken(marks[0], style),
                cuts[1],
                taken(marks[1], style),
                cuts[2],
            ]
        )

    def _uuid(self, kind: str, number: U64, dash: str) -> pa.Array:
        figures = np.concatenate(
            [hexed_bytes(self.bits(f"{kind} {half}", number), 16) for half in "ab"], axis=1
        )
        if not dash:
            return text(figures)
        gap = np.full((len(number), 1), ord(dash), dtype=np.uint8)
        cuts = tuple(figures[:, a:b] for a, b in pairwise((0, 8, 12, 16, 20, 32)))
        return text(np.concatenate([part for one in cuts for part in (one, gap)][:-1], axis=1))

    def _written_names(
        self, rows: Rows, given: npt.NDArray[np.int64], family: npt.NDArray[np.int64]
    ) -> dict[str, pa.Array]:
        tables = [name.split(":") for name in GIVEN]
        forms = [t[0].title() for t in tables] + [t[1].title() for t in tables]
        forms += [t[0][0].upper() for t in tables]
        style = self.unit("name style", rows.row)
        form = given + len(GIVEN) * ((style < 0.15).astype(np.int64) + (style < 0.05))
        missing = ~self.chance("has name", rows.row, np.array(CARRIES["name"])[rows.source])
        return {
            "first_name": unless(missing, taken(forms, form)),
            "last_name": unless(missing, taken([name.title() for name in FAMILY], family)),
        }


def _ranked(unit: npt.NDArray[np.float64], count: int) -> npt.NDArray[np.int64]:
    """Places in a table by frequency: the n-th name is about 1 / (n + 5) as common."""
    weight = np.cumsum(1.0 / (np.arange(count) + 6))
    return np.searchsorted(weight / weight[-1], unit, "right").astype(np.int64)


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Write a simulated city with known truth.")
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--dial", type=float, default=1.0, help="scales all kinds of sharing")
    for kind in fields(Sharing):
        flag = f"--{kind.name.replace('_', '-')}"
        parser.add_argument(flag, type=float, default=kind.default, help="rate at dial 1")
    parser.add_argument("--raw", action="store_true", help="messy emails and telephone numbers")
    parser.add_argument("--names", type=int, choices=(0, 1), default=1, help="0: no person names")
    parser.add_argument("--chunk", type=int, default=250_000, help="records in a row group")
    parser.add_argument("-o", "--out", type=Path, required=True, help="folder to write")
    told = parser.parse_args(arguments)
    sharing = Sharing(**{kind.name: getattr(told, kind.name) for kind in fields(Sharing)})
    try:
        city = City(told.people, told.seed, sharing.scaled(told.dial), told.raw, bool(told.names))
    except ValueError as error:
        parser.error(str(error))
    write(city, told.out, chunk=max(1, told.chunk))
    print(f"{city.people:,} people, {city.records:,} records: {told.out}")


if __name__ == "__main__":
    main()

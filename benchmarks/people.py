"""Simulated records of people with known truth, for matching: equal arguments give equal rows.

People live in households that share a family name, an address, a telephone and at times a mailbox;
there are twins, namesakes, fathers and sons of one name; over nine years they move, marry, change
numbers and addresses. Five sources tell of them, each with fields, formats and faults of its own,
two of which hold each person once. Every draw is a hash (draws.py), so a row depends on nothing but
its own number: memory stays constant, and any slice can be made by itself.

    python benchmarks/people.py --records 20000 --seed 5 -o DIR

writes DIR/records.parquet (record_id, source, updated_at and the fields, all as text) and
DIR/truth.parquet (record_id, source, cluster_id).

One module of 500 lines: what a person is and what a source writes of them share every stream.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # to run as a script

from benchmarks.city import AREA_CODES, BLOCK, HOUSEHOLDS
from benchmarks.draws import (
    Draws,
    cut,
    digits,
    hexed,
    joined,
    shuffled,
    taken,
    text,
    unless,
    words,
    write,
)
from benchmarks.people_errors import FAULTS
from benchmarks.people_names import (
    COUNTRIES,
    LONG_KINDS,
    PREFIXES,
    STREET_KINDS,
    Names,
    names,
    places,
)
from sameas.api.demo.places import PLACES

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from benchmarks.draws import U64, Bools

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]

__all__ = ["FIELDS", "SOURCES", "People", "Profile", "Rows"]

FIELDS: Final = (
    *("first_name", "middle_name", "last_name", "gender", "dob", "street", "city", "state"),
    *("postcode", "phone", "email"),
)
PEOPLE_PER_RECORD: Final = 0.5
START: Final = np.datetime64("2016-01-01", "D").astype(np.int64)
DAYS: Final = 9 * 365
MAX_RECORDS: Final = 20_000_000  # the telephone numbers of the smallest country are enough
MOBILE, OLD_MOBILE, LANDLINE, NEW_LANDLINE, WORK = range(5)


@dataclass(frozen=True, slots=True)
class Profile:
    """A source: its share of the records, what it asks for, and how it gets things wrong."""

    share: float
    once: bool
    """Holds each person at most once."""
    has: dict[str, float]
    """How often each field is filled; fields that are not named never are."""
    fault: int
    """Which of `FAULTS` befalls its texts."""
    faults: float
    """Share of the texts with a fault."""
    number_faults: float
    """Share of dates, telephone numbers, house numbers with one."""
    nickname: float = 0.0
    initial: float = 0.0
    swapped: float = 0.0
    """Given and family name in each other's place."""
    day_month: float = 0.0
    """Day and month of birth in each other's place, where that is a date."""
    placeholder: float = 0.0
    """Share of the empty fields that say so: N/A, 1900-01-01, 000..."""
    upper: float = 0.0
    lower: float = 0.0
    native: float = 0.0
    """Names of other scripts as their bearers write them."""
    household: float = 0.0
    """Telephone of the household rather than of the person."""
    stale: float = 0.1
    """Still says what was true two years before."""
    dates: str = "iso"
    phones: int = 0


def _has(text_: str) -> dict[str, float]:
    return {name: float(rate) for name, _, rate in (part.partition(":") for part in text_.split())}


SOURCES: Final[dict[str, Profile]] = {
    "crm": Profile(
        0.27, once=True, fault=0, faults=0.02, number_faults=0.01, nickname=0.05, native=0.1,
        placeholder=0.1, stale=0.25, upper=0.03,
        has=_has("first_name:.99 middle_name:.6 last_name:1 gender:.9 dob:.9 street:.93 city:.95 "
                 "state:.95 postcode:.94 phone:.8 email:.75"),
    ),
    "web": Profile(
        0.29, once=False, fault=0, faults=0.05, number_faults=0.015, nickname=0.15, native=0.5,
        swapped=0.015, lower=0.15, upper=0.03, placeholder=0.15, stale=0.03, phones=1,
        has=_has("first_name:.95 last_name:.92 gender:.2 dob:.45 street:.35 city:.4 state:.4 "
                 "postcode:.5 phone:.4 email:.97"),
    ),
    "pos": Profile(
        0.16, once=False, fault=0, faults=0.06, number_faults=0.02, nickname=0.1, initial=0.3,
        upper=0.9, household=0.2, stale=0.1, placeholder=0.25, dates="us", phones=2,
        has=_has("first_name:.8 last_name:.9 dob:.25 street:.1 city:.1 state:.1 postcode:.6 "
                 "phone:.75 email:.35"),
    ),
    "call": Profile(
        0.15, once=False, fault=2, faults=0.14, number_faults=0.03, nickname=0.2, swapped=0.03,
        day_month=0.03, household=0.45, stale=0.05, placeholder=0.2, dates="words", phones=3,
        has=_has("first_name:.93 last_name:.96 dob:.6 street:.5 city:.55 state:.5 postcode:.55 "
                 "phone:.97 email:.2"),
    ),
    "mail": Profile(
        0.13, once=True, fault=1, faults=0.13, number_faults=0.04, nickname=0.03, initial=0.08,
        upper=0.5, household=0.3, stale=0.15, day_month=0.02, swapped=0.01, phones=1, dates="us",
        has=_has("first_name:.97 middle_name:.35 last_name:.99 gender:.5 dob:.7 street:.98 "
                 "city:.99 state:.98 postcode:.98 phone:.4 email:.15"),
    ),
}  # fmt: skip
PLACEHOLDERS = {
    "first_name": ("Unknown", "N/A", "Customer", "-", "Test"),
    "last_name": ("Unknown", "N/A", "-", "X", "Customer"),
    "dob": ("1900-01-01", "1970-01-01", "0000-00-00"),
    "street": ("Unknown", "General Delivery", "N/A"),
    "postcode": ("00000", "99999"),
    "phone": ("0000000000", "9999999999", "N/A", "5555555555"),
    "email": ("none@none.com", "noemail@example.com", "n/a", "test@test.com"),
}
HANDLES = words(
    "blue red tiger star moon sun wolf happy lucky super crazy dark silver golden green river "
    "ocean sky fire storm music dance soccer baseball pizza coffee cat dog bear eagle dragon "
    "ninja rock metal pixel coder gamer rider runner surfer lily rose daisy honey sugar angel"
)
DOMAINS = ("gmail.com", "yahoo.com", "hotmail.com", "outlook.com", "icloud.com", "aol.com",
           "comcast.net", "mail.example", "post.example")  # fmt: skip
DOMAIN_SHARE = np.cumsum((0.42, 0.17, 0.13, 0.09, 0.08, 0.04, 0.03, 0.02, 0.02))
MONTHS = words("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec")


@dataclass(frozen=True, slots=True)
class Rows:
    """A slice of the records as numbers."""

    row: U64
    person: U64
    source: Ints
    """Place in `SOURCES`."""
    time: Ints
    """Days since 1970, of which the record tells."""
    millis: Ints


@dataclass(frozen=True, slots=True)
class Life:
    """What was true of the person of each row at the row's time."""

    country: Ints
    woman: Bools
    given: Ints
    middle: Ints
    family: Ints
    other_family: Ints
    """The second half of a double name, else -1."""
    suffix: Ints
    """0 none, 1 Jr, 2 Sr."""
    born: Ints
    address: U64
    phone: U64
    """Kind * population + number."""


@dataclass(frozen=True, slots=True)
class People(Draws):
    """So many records; every method is a pure function of the fields and of its arguments."""

    records: int
    seed: int = 0
    foreign: float = 0.1
    """Share of households from other countries, half of whose scripts are not Latin."""
    trouble: float = 1.0
    """Scales the rates of all faults."""
    one_name: bool = False
    """The source `mail` writes the name in one field, `full_name`."""

    def __post_init__(self) -> None:
        faults = []
        if not 1 <= self.records <= MAX_RECORDS:
            faults.append(f"records is {self.records:,}: from 1 to {MAX_RECORDS:,}")
        if not 0 <= self.seed < 2**63:
            faults.append(f"seed is {self.seed}: from 0 to 2**63 - 1")
        if not 0 <= self.foreign <= 1:
            faults.append(f"foreign is {self.foreign}: a share from 0 to 1")
        if not 0 <= self.trouble <= 5:
            faults.append(f"trouble is {self.trouble}: a factor from 0 to 5")
        if faults:
            raise ValueError("; ".join(faults))

    @property
    def population(self) -> int:
        """People that there are; about nine of ten have a record."""
        return max(2, int(self.records * PEOPLE_PER_RECORD))

    # Who and when

    def rows(self, start: int, stop: int) -> Rows:
        """Records `start` to `stop`, as numbers."""
        row = np.arange(start, stop, dtype=np.uint64)
        place = shuffled(self, "row", row, self.records)
        ends = np.cumsum([profile.share for profile in SOURCES.values()])
        ends = (ends / ends[-1] * self.records).round().astype(np.uint64)
        source = np.searchsorted(ends, place, "right").astype(np.int64)
        first = np.concatenate([np.zeros(1, np.uint64), ends[:-1]])[source]
        people = self.population
        # A busy quarter of the people does a third of what is done more than once.
        who = self.pick("person", place, people)
        busy = self.chance("busy", place, 0.33)
        who[busy] -= who[busy] % np.uint64(4)
        person = shuffled(self, "activity", who, people)
        for number, (name, profile) in enumerate(SOURCES.items()):
            if profile.once:
                here = source == number
                person[here] = shuffled(self, f"once {name}", (place - first)[here], people)
        day = START + (np.sqrt(self.unit("time", row)) * DAYS).astype(np.int64)
        millis = day * 86_400_000 + (self.unit("hour", row) * 86_400).astype(np.int64) * 1000
        stale = np.array([profile.stale for profile in SOURCES.values()])[source]
        told = day - np.where(self.chance("stale", row, stale), 730, 0)
        return Rows(row, person, source, told, millis)

    def household(self, person: U64) -> U64:
        """The number of each person's household: that of its first member."""
        block, place = person // np.uint64(BLOCK), person % np.uint64(BLOCK)
        way = self.pick("household", block, len(HOUSEHOLDS)).astype(np.int64)
        first = np.array(HOUSEHOLDS, dtype=np.uint64)[way, place.astype(np.int64)]
        return block * np.uint64(BLOCK) + first

    def life(self, person: U64, time: Ints) -> Life:
        """What is true of each person at each time (days since 1970)."""
        home = self.household(person)
        role = (person - home).astype(np.int64)
        flat = self.chance("flat share", home, 0.1)
        partner = (role == 1) & ~flat & self.chance("couple", home, 0.75)
        child = (role > 0) & ~flat & ~partner
        country = self._country(home)
        woman = self._woman(person, home, partner)
        born = self._born(person, home, partner, child)
        given, suffix = self._given(person, home, country, woman, child & (role == 2))
        middle = self._drawn_given("middle", person, country, woman)
        middle[~self.chance("has middle", person, 0.7)] = -1
        family, other = self._family(person, home, country, time, flat, partner & woman)
        address, moved = self._address(person, home, time, child, flat)
        return Life(country, woman, given, middle, family, other, suffix, born, address,
                    self._phone(person, home, time, moved))  # fmt: skip

    def _country(self, home: U64) -> Ints:
        share = np.cumsum([PLACES[code].share for code in COUNTRIES[1:]]).astype(np.float64)
        which = np.searchsorted(share / share[-1], self.unit("country", home), "right")
        return np.where(self.chance("foreign", home, self.foreign), which + 1, 0).astype(np.int64)

    def _woman(self, person: U64, home: U64, partner: Bools) -> Bools:
        woman = self.chance("woman", person, 0.5)
        other = self.chance("woman", home, 0.5) ^ self.chance("other sex", home, 0.96)
        return np.where(partner, other, woman)

    def _born(self, person: U64, home: U64, partner: Bools, child: Bools) -> Ints:
        def grown(who: U64) -> Ints:
            middle = (self.unit("born", who) + self.unit("born too", who)) / 2
            return (-12_800 + middle * 24_000).astype(np.int64)  # 1934 to 2000

        head = grown(home)
        spread = self.unit("years apart", person) + self.unit("years apart too", person) - 1
        # Twins are born on the day of the member before them, who is never a twin by this rule.
        twin = child & (person % np.uint64(2) == 1) & (person - home >= np.uint64(3))
        twin &= self.chance("twin", person, 0.06)
        who = person - twin
        room = np.clip((13_500 - head - 7_300).astype(np.float64), 0, 6_500)
        younger = head + 7_300 + (self.unit("generation", who) * room).astype(np.int64)
        sibling = head + ((self.unit("generation", who) - 0.5) * 4_000).astype(np.int64)
        kid = np.where(room > 500, younger, sibling)
        born = np.where(partner, head + (spread * 3_000).astype(np.int64), grown(person))
        return np.where(child, kid, born)

    def _drawn_given(self, stream: str, person: U64, country: Ints, woman: Bools) -> Ints:
        table, unit = names("given"), self.unit(stream, person)
        found = np.empty(len(person), dtype=np.int64)
        for number, code in enumerate(COUNTRIES):
            for sex in ("women", "men"):
                here = (country == number) & (woman == (sex == "women"))
                found[here] = table.drawn(f"{code} {sex}", unit[here])
        return found

    def _given(
        self, person: U64, home: U64, country: Ints, woman: Bools, heir: Bools
    ) -> tuple[Ints, Ints]:
        given = self._drawn_given("given", person, country, woman)
        son = np.minimum(home + np.uint64(2), np.uint64(self.population - 1))
        named = self.chance("junior", home, 0.12) & ~self.chance("woman", home, 0.5)
        named &= (self.household(son) == home) & ~self.chance("woman", son, 0.5)
        junior = heir & named & ~woman
        senior = named & (person == home) & ~woman
        given[junior] = self._drawn_given("given", home[junior], country[junior], woman[junior])
        return given, np.where(junior, 1, np.where(senior, 2, 0)).astype(np.int64)

    def _family(
        self, person: U64, home: U64, country: Ints, time: Ints, flat: Bools, wife: Bools
    ) -> tuple[Ints, Ints]:
        table = names("family")

        def line(who: U64) -> Ints:
            unit, found = self.unit("family", who), np.empty(len(who), dtype=np.int64)
            for number, code in enumerate(COUNTRIES):
                here = country == number
                found[here] = table.drawn(code, unit[here])
            return found

        own, common = line(person + np.uint64(MAX_RECORDS)), line(home)
        kind = self.unit(
            "marriage", person
        )  # of a wife: 15 % keep their name, 20 % marry meanwhile
        wedding = START + (self.unit("wedding", person) * DAYS).astype(np.int64)
        apart = flat | (wife & ((kind < 0.15) | ((kind < 0.35) & (time < wedding))))
        apart |= self.chance("own family name", person, 0.06)
        both = wife & ~apart & self.chance("double name", person, 0.08)
        return np.where(apart, own, np.where(both, own, common)), np.where(both, common, -1)

    def _address(
        self, person: U64, home: U64, time: Ints, child: Bools, flat: Bools
    ) -> tuple[U64, Bools]:
        people = np.uint64(self.population)

        def gone(household: U64) -> tuple[Bools, Ints]:
            when = START + (self.unit("move", household) * DAYS).astype(np.int64)
            return self.chance("moves", household, 0.3), when

        moves, when = gone(home)
        moved = moves & (time >= when)
        # Some move to where a household moved out before.
        before = self.household((home + people // np.uint64(2)) % people)
        left, then = gone(before)
        second_hand = self.chance("second hand", home, 0.3) & left & (then < when)
        address = np.where(moved, np.where(second_hand, before, people + home), home)
        alone = self.chance("moves out", person, 0.25) & (child | flat)
        leaves = START + (self.unit("leaving", person) * DAYS).astype(np.int64)
        out = alone & (time >= leaves)
        return np.where(out, np.uint64(2) * people + person, address), moved | out

    def _phone(self, person: U64, home: U64, time: Ints, moved: Bools) -> U64:
        people = np.uint64(self.population)
        changes = self.chance("new number", person, 0.25)
        since = START + (self.unit("number since", person) * DAYS).astype(np.int64)
        old = changes & (time < since)
        # Some numbers go to strangers later: their new one is somebody's old one.
        stranger = (person + people // np.uint64(3) + np.uint64(1)) % people
        given_up = self.chance("new number", stranger, 0.25) & (
            self.unit("number since", stranger) * DAYS + START < since
        )
        again = changes & ~old & given_up & self.chance("recycled", person, 0.15)
        mobile = np.where(old, np.uint64(OLD_MOBILE) * people + person, person)
        mobile = np.where(again, np.uint64(OLD_MOBILE) * people + stranger, mobile)
        none = self.chance("no mobile", person, 0.12)
        landline = np.where(moved, np.uint64(NEW_LANDLINE), np.uint64(LANDLINE)) * people + home
        office = self.pick("company", person, self.population // 15 + 1)
        work = np.uint64(WORK) * people + office
        found = np.where(self.chance("gives work", person, 0.05), work, mobile)
        return np.where(none, landline, found)

    # What is written

    def table(self, rows: Rows) -> pa.Table:
        """Those records as they are written."""
        life = self.life(rows.person, rows.time)
        columns = self._names(rows, life)
        columns["gender"] = self._gender(rows, life)
        columns["dob"] = self._dob(rows, life)
        columns |= self._place(rows, life)
        columns["phone"] = self._written_phone(rows, life)
        columns["email"] = self._email(rows)
        columns = {name: self._cased(rows, name, self._left_out(rows, name, columns[name]))
                   for name in FIELDS}  # fmt: skip
        if self.one_name:
            columns = self._one_name(rows, columns)
        front = {
            "record_id": hexed(self.bits("record", rows.row), 12),
            "source": taken(list(SOURCES), rows.source),
            "updated_at": pa.array(rows.millis, pa.timestamp("ms")),
        }
        return pa.table(front | columns)

    def truth(self, rows: Rows) -> pa.Table:
        """The person behind each of those records."""
        return pa.table(
            {
                "record_id": hexed(self.bits("record", rows.row), 12),
                "source": taken(list(SOURCES), rows.source),
                "cluster_id": joined(["p", hexed(self.bits("person id", rows.person), 12)]),
            }
        )

    def _rate(self, rows: Rows, what: str) -> Floats:
        rates = [float(getattr(profile, what)) for profile in SOURCES.values()]
        return np.array(rates)[rows.source] * self.trouble

    def _spoilt(
        self, rows: Rows, name: str, values: pa.Array, *, numbers: bool = False
    ) -> pa.Array:
        """The values, the unlucky ones with the fault of their source."""
        rate = self._rate(rows, "number_faults" if numbers else "faults")
        here = np.flatnonzero(self.chance(f"fault in {name}", rows.row, rate))
        fault = [profile.fault for profile in SOURCES.values()]
        bits = self.bits(f"fault of {name}", rows.row[here]).tolist()
        kinds = rows.source[here].tolist()
        mask = np.zeros(len(values), dtype=np.bool_)
        mask[here] = True
        spoilt = [
            None if value is None
            else FAULTS[3 if numbers and fault[kind] != 1 else fault[kind]](value, some)
            for value, some, kind in zip(
                values.take(pa.array(here)).to_pylist(), bits, kinds, strict=True
            )
        ]  # fmt: skip
        return pc.replace_with_mask(values, pa.array(mask), pa.array(spoilt, pa.string()))

    def _names(self, rows: Rows, life: Life) -> dict[str, pa.Array]:
        given, family = names("given"), names("family")
        apart = np.array([code in {"UA", "IR", "AE", "CN"} for code in COUNTRIES])[life.country]
        # Who writes in another script, or with all marks, does so in the whole record.
        native = self.chance("native", rows.row, np.where(
            apart, self._rate(rows, "native"), 0.6))  # fmt: skip
        latin = np.where(self.chance("spelling", rows.row, 0.75), 0, 1)
        spelling = np.where(native, 2, latin)

        def written(table: Names, place: Ints) -> pa.Array:
            return pc.choose(
                pa.array(spelling),
                *(taken(one, np.maximum(place, 0)) for one in (*table.latin, table.native)),
            )

        first = written(given, life.given)
        form = self.unit("form of name", rows.row)
        initial = self._rate(rows, "initial")
        nickname = initial + self._rate(rows, "nickname")
        # A person goes by one short form, mostly.
        own = self.pick("short form", rows.person, 3)
        own = np.where(self.chance("other short form", rows.row, 0.2), (own + 1) % 3, own)
        short = pc.choose(
            pa.array(own.astype(np.int64)), *(taken(one, life.given) for one in given.short)
        )
        first = pc.if_else(pa.array((form >= initial) & (form < nickname) & ~native), short, first)
        first = self._spoilt(rows, "first_name", first)
        dot = taken(["", "."], self.chance("dot", rows.row, 0.4))
        letter = joined([pc.utf8_slice_codeunits(first, 0, 1), dot])
        first = pc.if_else(pa.array(form < initial), letter, first)
        last = self._spoilt(rows, "last_name", written(family, life.family))
        second = written(family, life.other_family)
        mark = taken(["-", " "], self.chance("hyphen", rows.row, 0.25))
        half = self.chance("one half", rows.row, 0.2)
        last = pc.if_else(
            pa.array((life.other_family >= 0) & ~half), joined([last, mark, second]), last
        )
        said = np.where(self.chance("says suffix", rows.row, 0.35), life.suffix, 0)
        last = joined([last, taken(["", " Jr", " Sr"], said)])
        middle = self._spoilt(rows, "middle_name", written(given, life.middle))
        only = self.chance("middle initial", rows.row, 0.6)
        middle = pc.if_else(pa.array(only), pc.utf8_slice_codeunits(middle, 0, 1), middle)
        middle = unless(life.middle < 0, middle)
        swap = pa.array(self.chance("swapped", rows.row, self._rate(rows, "swapped")))
        return {
            "first_name": pc.if_else(swap, last, first),
            "middle_name": middle,
            "last_name": pc.if_else(swap, first, last),
        }

    def _gender(self, rows: Rows, life: Life) -> pa.Array:
        wrong = self.chance("wrong gender", rows.row, 0.01 * self.trouble)
        way = np.array([0, 1, 0, 2, 0])[rows.source]
        return taken(["M", "F", "male", "female", "m", "f"], 2 * way + (life.woman ^ wrong))

    def _dob(self, rows: Rows, life: Life) -> pa.Array:
        days = life.born.astype("datetime64[D]")
        year = days.astype("datetime64[Y]").astype(np.int64) + 1970
        month = days.astype("datetime64[M]").astype(np.int64) % 12 + 1
        day = (days - days.astype("datetime64[M]")).astype(np.int64) + 1
        # Only the year is known; a slip of a year or a month.
        vague = self.chance("only the year", rows.row, 0.012 * self.trouble)
        month, day = np.where(vague, 1, month), np.where(vague, 1, day)
        swap = self.chance("day and month", rows.row, self._rate(rows, "day_month")) & (day <= 12)
        month, day = np.where(swap, day, month), np.where(swap, month, day)
        parts = [text(digits(part.astype(np.uint64), width)) for part, width in
                 ((year, 4), (month, 2), (day, 2))]  # fmt: skip
        y, m, d = parts
        plain = pc.utf8_ltrim(d, "0")
        dates = [profile.dates for profile in SOURCES.values()]
        way = np.array([("iso", "us", "words").index(one) for one in dates])[rows.source]
        written = pc.choose(
            pa.array(way),
            joined([y, "-", m, "-", d]),
            joined([m, "/", d, "/", y]),
            joined([taken(MONTHS, month - 1), " ", plain, ", ", y]),
        )
        return self._spoilt(rows, "dob", written, numbers=True)

    def _place(self, rows: Rows, life: Life) -> dict[str, pa.Array]:
        address = life.address
        count = len(address)
        found: dict[str, pa.Array] = {}
        street = pa.nulls(count, pa.string())
        city, state, kind = street, street, street
        town_number = np.zeros(count, dtype=np.int64)
        number = text(digits(np.uint64(1) + self.pick("house", address, 4_999), 4))
        number = pc.utf8_ltrim(number, "0")
        long = self.chance("long form", rows.row, 0.3)
        for place, code in enumerate(COUNTRIES):
            here = life.country == place
            table = places(code)
            # Big towns have more people, long streets more houses.
            towns, streets = len(table.towns), len(table.streets)
            size = np.cumsum(1.0 / (np.arange(towns) + 12))
            town = np.searchsorted(size / size[-1], self.unit("town", address[here]), "right")
            which = (self.unit("street", address[here]) ** 1.6 * streets).astype(np.int64)
            town_number[here] = town
            mask = pa.array(here)
            street = pc.replace_with_mask(street, mask, taken(table.streets, which))
            city = pc.replace_with_mask(city, mask, taken(table.towns, town))
            state = pc.replace_with_mask(state, mask, taken(table.states, town))
        home = life.country == 0
        kinds = self.pick("street kind", address, len(STREET_KINDS)).astype(np.int64)
        kind = taken([*STREET_KINDS, *LONG_KINDS], kinds + len(STREET_KINDS) * long)
        unit_number = pc.utf8_ltrim(
            text(digits(np.uint64(1) + self.pick("unit", address, 60), 2)), "0"
        )
        has_unit = self.chance("in a building", address, 0.22)
        tells = self.chance("tells the unit", rows.row, 0.75)
        word = taken(["Apt ", "#", "Unit ", "Apt. "], self.pick("unit word", rows.row, 4))
        unit = pc.if_else(pa.array(has_unit & tells), joined([" ", word, unit_number]), "")
        # Here the number stands before the street; elsewhere, except in Britain, behind it.
        front = home | (life.country == COUNTRIES.index("GB"))
        street = self._spoilt(rows, "street", street)
        number = self._spoilt(rows, "house", number, numbers=True)
        street = pc.if_else(
            pa.array(front),
            joined(
                [number, " ", street, pc.if_else(pa.array(home), joined([" ", kind]), ""), unit]
            ),
            joined([street, " ", number]),
        )
        found["street"] = street
        found["city"] = self._spoilt(rows, "city", city)
        found["state"] = state
        found["postcode"] = self._postcode(rows, life, town_number)
        return found

    def _postcode(self, rows: Rows, life: Life, town: Ints) -> pa.Array:
        base = self.pick(
            "postcode of town",
            town.astype(np.uint64) + np.uint64(64) * life.country.astype(np.uint64),
            990,
        )
        code = (np.uint64(1) + base) * np.uint64(100) + self.pick("postcode", life.address, 12)
        figures = digits(code, 5)
        plain = text(figures)
        area = taken(["M", "L", "B", "S"], base % np.uint64(4))
        end = taken(["AB", "XY", "QT", "LN"], code % np.uint64(4))
        british = joined([area, cut(figures, 1, 3), " ", cut(figures, 4, 5), end])
        polish = joined([cut(figures, 0, 2), "-", cut(figures, 2, 5)])
        way = np.array([{"GB": 1, "PL": 2}.get(one, 0) for one in COUNTRIES])[life.country]
        written = pc.choose(pa.array(way), plain, british, polish)
        more = joined([plain, "-", text(digits(self.pick("zip+4", life.address, 9_000), 4))])
        full = (life.country == 0) & self.chance("says zip+4", rows.row, 0.05)
        return self._spoilt(
            rows, "postcode", pc.if_else(pa.array(full), more, written), numbers=True
        )

    def _written_phone(self, rows: Rows, life: Life) -> pa.Array:
        people = np.uint64(self.population)
        number, country = life.phone, life.country
        common = self.chance("from home", rows.row, self._rate(rows, "household"))
        common &= self.chance("has landline", self.household(rows.person), 0.6)
        home = np.uint64(LANDLINE) * people + self.household(rows.person)
        number = np.where(common, home, number)
        style = np.array([profile.phones for profile in SOURCES.values()])[rows.source]
        free = self.chance("own way", rows.row, 0.15) | (style == 1)
        style = np.where(free, self.pick("phone style", rows.row, 6).astype(np.int64), style)
        place = shuffled(self, "telephone", number, len(AREA_CODES) * 800 * 10_000)
        area = np.array(AREA_CODES, dtype=np.uint64)[
            (place // np.uint64(8_000_000)).astype(np.int64)
        ]
        figures = digits(
            area * np.uint64(10**7) + place % np.uint64(8_000_000) + np.uint64(2_000_000), 10
        )
        a, b, c = cut(figures, 0, 3), cut(figures, 3, 6), cut(figures, 6, 10)
        written = pc.choose(
            pa.array(style),
            joined(["(", a, ") ", b, "-", c]),
            joined([a, b, c]),
            joined([a, "-", b, "-", c]),
            joined(["+1", a, b, c]),
            joined([a, ".", b, ".", c]),
            joined(["1-", a, "-", b, "-", c]),
        )
        for which, code in enumerate(COUNTRIES[1:], start=1):
            here = country == which
            prefixes = PREFIXES[code].split()
            own = shuffled(self, f"telephone {code}", number[here], len(prefixes) * 10**7)
            head = taken(prefixes, own // np.uint64(10**7))
            tail = text(digits(own, 7))
            calling = taken(
                [f"{mark}{PLACES[code].code}" for mark in ("+", "00", "+")], style[here] % 3
            )
            written = pc.replace_with_mask(written, pa.array(here), joined([calling, head, tail]))
        return self._spoilt(rows, "phone", written, numbers=True)

    def _email(self, rows: Rows) -> pa.Array:
        """A mailbox of the person, seldom of the household: names, a birth year, a number.

        The commoner the name, the longer the number, so that strangers hardly share a mailbox.
        """
        person, home = rows.person, self.household(rows.person)
        second = self.chance("second mailbox", person, 0.35) & self.chance(
            "uses second", rows.row, 0.3
        )
        common = self.chance("common mailbox", home, 0.08) & self.chance(
            "uses common", rows.row, 0.5
        )
        # A name changes, a mailbox stays: it is made of the names at the beginning.
        then = self.life(person, np.full(len(person), START, dtype=np.int64))
        given, family = names("given"), names("family")
        box = np.where(common, home, person) * np.uint64(4) + np.where(common, 2, second).astype(
            np.uint64
        )
        style = np.searchsorted(
            [0.27, 0.42, 0.55, 0.64, 0.74, 0.86, 0.93], self.unit("mailbox", box), "right"
        )
        style = np.where(common, 7, style)
        first, last = taken(given.plain, then.given), taken(family.plain, then.family)
        letter = pc.utf8_slice_codeunits(first, 0, 1)
        year = text(digits((then.born // 365 + 70).astype(np.uint64), 2))
        handle = joined([taken(HANDLES, self.pick("handle", box, len(HANDLES))),
                         taken(HANDLES, self.pick("handle too", box, len(HANDLES)))])  # fmt: skip
        local = pc.choose(
            pa.array(style.astype(np.int64)),
            joined([first, ".", last]),
            joined([letter, last]),
            joined([first, last]),
            joined([first, "_", last]),
            joined([last, ".", first]),
            joined([first, year]),
            handle,
            joined(["the", last, "s"]),
        )
        same = np.array([0.2, 0.2, 0.2, 0.1, 0.1, 1.0 / 60, 1.0 / len(HANDLES) ** 2, 0.08])[style]
        same = same * np.where(style < 6, given.rarity()[then.given] ** (style != 1) / 12, 1.0 / 2)
        same = same * np.where((style != 5) & (style != 6), family.rarity()[then.family], 1.0)
        width = np.clip(np.ceil(np.log10(np.maximum(self.population * same * 40, 1.0))), 0, 6)
        width = np.where((width == 0) & self.chance("number anyway", box, 0.45), 2, width).astype(
            np.int64
        )
        figures = digits(self.pick("mailbox number", box, 10**6), 6)
        number = pc.choose(pa.array(width), "", *(cut(figures, 0, size) for size in range(1, 7)))
        domain = taken(
            DOMAINS, np.searchsorted(DOMAIN_SHARE[:-1], self.unit("domain", box), "right")
        )
        local = self._spoilt(rows, "email", joined([local, number]))
        return joined([local, "@", domain])

    def _left_out(self, rows: Rows, name: str, values: pa.Array) -> pa.Array:
        rate = np.array([profile.has.get(name, 0.0) for profile in SOURCES.values()])[rows.source]
        missing = ~self.chance(f"has {name}", rows.row, rate)
        values = unless(missing, values)
        if name not in PLACEHOLDERS:
            return values
        asked = missing & (rate > 0.0)
        filled = asked & self.chance(f"fills {name}", rows.row, self._rate(rows, "placeholder"))
        words = PLACEHOLDERS[name]
        return pc.if_else(
            pa.array(filled),
            taken(words, self.pick(f"filler {name}", rows.row, len(words))),
            values,
        )

    def _cased(self, rows: Rows, name: str, values: pa.Array) -> pa.Array:
        if name in {"phone", "dob", "gender"}:
            return values
        unit = self.unit("case of email" if name == "email" else "case", rows.row)
        upper, lower = self._rate(rows, "upper"), self._rate(rows, "lower")
        if name == "email":
            return pc.if_else(pa.array(unit < upper * 0.3), pc.utf8_upper(values), values)
        values = pc.if_else(pa.array(unit < upper), pc.utf8_upper(values), values)
        small = (unit >= upper) & (unit < upper + lower)
        return pc.if_else(pa.array(small), pc.utf8_lower(values), values)

    def _one_name(self, rows: Rows, columns: dict[str, pa.Array]) -> dict[str, pa.Array]:
        here = rows.source == list(SOURCES).index("mail")
        which = np.uint64(1) + self.pick("which title", rows.row, 3)
        title = taken(["", "Mr ", "Ms ", "Dr "], which * self.chance("title", rows.row, 0.3))
        middle = pc.if_else(
            pc.is_null(columns["middle_name"]), "", joined([columns["middle_name"], " "])
        )
        first = pc.if_else(
            pc.is_null(columns["first_name"]), "", joined([columns["first_name"], " "])
        )
        last = pc.fill_null(columns["last_name"], "")
        full = unless(~here, pc.utf8_trim_whitespace(joined([title, first, middle, last])))
        parted = {
            name: unless(here, value) if name.endswith("_name") else value
            for name, value in columns.items()
        }
        return {"full_name": full} | parted


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Write simulated records of people with truth.")
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--foreign", type=float, default=0.1, help="households from elsewhere")
    parser.add_argument("--trouble", type=float, default=1.0, help="scales all faults")
    parser.add_argument("--one-name", action="store_true", help="one source has full names only")
    parser.add_argument("--chunk", type=int, default=250_000, help="records in a row group")
    parser.add_argument("-o", "--out", type=Path, required=True, help="folder to write")
    told = parser.parse_args(arguments)
    try:
        people = People(told.records, told.seed, told.foreign, told.trouble, told.one_name)
    except ValueError as error:
        parser.error(str(error))
    if told.chunk < 1:
        parser.error(f"--chunk {told.chunk}: one record or more")
    write(people, told.out, chunk=told.chunk)
    print(f"{people.records:,} records: {told.out}")


if __name__ == "__main__":
    main()

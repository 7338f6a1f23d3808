# ruff: noqa: RUF001 - the look-alike letters of other scripts are the point of these tables
"""Tables of names and places for `people.py`: flat arrays, equal in every process.

Common names come first: the lists that the project has already, then names composed of syllables,
so that there are as many rare names as in life. Nothing here is taken from persons. Every entry has
its native spelling, two Latin ones, and the short forms that its bearers go by.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from nicknames import NickNamer

from benchmarks.city import FAMILY, GIVEN
from benchmarks.draws import words
from sameas.api.demo.names import NAMES
from sameas.api.demo.places import PLACES

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["COUNTRIES", "Names", "Places", "names", "places"]

HOME = "US"
COUNTRIES = (HOME, *(code for code in PLACES if code != HOME))
"""The home country first; the others are where foreign households come from."""
WOMEN = words(
    "mary patricia jennifer linda elizabeth barbara susan jessica sarah karen lisa nancy betty "
    "margaret sandra ashley kimberly emily donna michelle carol amanda dorothy melissa deborah "
    "stephanie rebecca sharon laura cynthia kathleen amy angela shirley anna brenda pamela emma "
    "nicole helen samantha katherine christine debra rachel carolyn janet"
)
# Syllables that are joined: (Latin, native) where the script differs.
ONSETS = words(
    "ash bart beck bel ben birk black blan bow brad bran brook brun burn cal car chad clay clif "
    "cob col con cor cran dal dar den dun east ed el en fair far fen field fin gar gil glen gold "
    "gran green hal ham har hart hay hazel hen hol hunt kel ken kil king kirk knight lam lang law "
    "lin lock lud mal mar mel mer mid mill mor nor oak old or os pad pem pen pick rad ram red "
    "rich ros row rut sal sand sed shel sher sil south stan stock strat sut tam ten thorn tip tor "
    "tren up van wal war wel west whit wil win wood wor yar york"
)
MIDDLES = ("", "a", "e", "er", "ing", "en", "el", "in", "al", "or", "i", "on", "ar", "es", "o")
CODAS = words(
    "bank bee ber berg born bridge brook burn bury by cliff combe cott croft dale den don er es "
    "feld field ford gate gill grove ham hart haven hill holm hurst ing ington ison ke ker kin "
    "land ley lin ling lock low man mann mark mer more ner ney ock old out over ridge rick rock "
    "sby sen shaw sley smith son stead ster stock stone stow ström ten ter thorpe ton vale ville "
    "wald wall ward water way well wick win wood worth y"
)
GIVEN_ONSETS = words(
    "ad al am an ar as bel ber br bri cad cal cam car cas cel ch cor dar del des dev e ed el em "
    "er ev fel gab gem gi har hay is jac jad jar jay jes jo ju kal kay ke kei kel la lan lau le "
    "li lo lu mac mad mal mar mei mi mon na ne no o or pat ra re ri ro sa se sha ste ta te tri va "
    "ve vi wes xan ya za zel"
)
WOMENS_CODAS = words(
    "a ah ana anda anna ara ea eena ela elia elle elyn ena eria essa etta ette ia iana ica ice "
    "ielle ika ila ina inda ine ira isa issa ita iva lee leigh lyn na nessa ra ria rie sha tha ya"
)
MENS_CODAS = words(
    "ad ain al am an ander ard aro as den don ek el en er eric eth ett ian ick iel in io is lan "
    "ley lon man mon nan nis old on or ran rek rell rick rin ron son ston ton us van vin win yn"
)
SYLLABLES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "DE": (
        words("Acker Berg Brau Eber Fried Hag Kalt Klein Lang Neu Ober Rot Stein Stroh"),
        words("bach|bach bauer|bauer hofer|hofer mann|mann meier|meyer müller|mueller ner|ner"),
    ),
    "GB": (
        words(
            "Alder Bram Cold Dray Elms Farn Grims Holm Kings Lang Marl Nether Ravens Sax Thorn "
            "Wych"
        ),
        words(
            "bourne|burn by|by combe|comb ford|ford ham|ham ley|leigh shaw|shaw thwaite|thwaite "
            "worth|worth"
        ),
    ),
    "ES": (
        words(
            "Álv|Alv Ben Carr Dom Est Fern Giménez|Gimenez Herr Iba Jaram Lor Mart Nav Ord Pal "
            "Rod Sal Vel"
        ),
        words(
            "ada|ada ales|ales ano|ano ar|ar ejo|ejo era|era ez|es ino|ino ón|on osa|oza "
            "uela|uela"
        ),
    ),
    "PL": (
        words(
            "Adam Bog Czar|Czar Dąbr|Dabr Gór|Gor Jab Kam Lew Mal Nowak Ol Piotr Sad Tom Wit Zab "
            "Żel|Zel"
        ),
        words(
            "czyk|czyk ecki|ecki iak|iak icki|icki ek|ek owicz|owicz owski|owski uk|uk "
            "yński|ynski"
        ),
    ),
    "UA": (
        words(
            "Бой|Boi Гав|Hav Дем|Dem Зін|Zin Кир|Kyr Лук|Luk Мар|Mar Наз|Naz Ост|Ost Пан|Pan "
            "Ром|Rom Сем|Sem Тим|Tym Федор|Fedor Хом|Khom Яков|Yakov"
        ),
        words("енко|enko чук|chuk ів|iv ський|skyi|sky ишин|yshyn|ishin ко|ko ак|ak юк|iuk|yuk"),
    ),
    "TR": (
        words(
            "Ak Al Ay Bal Bay Bey Can Çam|Cam Dağ|Dag Er Gök|Gok Gül|Gul Kara Koca Öz|Oz "
            "Sarı|Sari Taş|Tas Tun Uz Yıl|Yil"
        ),
        words(
            "bulut|bulut can|can demir|demir er|er gün|gun kan|kan kaya|kaya man|man oğlu|oglu "
            "soy|soy taş|tas yürek|yurek"
        ),
    ),
    "IR": (
        words(
            "احمد|Ahmad امیر|Amir بهرام|Bahram حسن|Hassan|Hasan رحیم|Rahim سلیم|Salim عباس|Abbas "
            "علی|Ali فرخ|Farrokh|Farokh کریم|Karim محمود|Mahmoud|Mahmud نادر|Nader"
        ),
        words("ی|i یان|ian|yan زاده|zadeh|zade پور|pour|poor نیا|nia|niya فر|far"),
    ),
    "AE": (
        words("ال|Al-|Al بن|Bin-|Bin أبو|Abu-|Abu"),
        words(
            "بلوشي|Balushi|Baloushi زعابي|Zaabi|Zabi ظاهري|Dhaheri|Zahiri عامري|Amri|Ameri "
            "قاسمي|Qasimi|Kasimi كتبي|Ketbi|Kitbi مرزوقي|Marzouqi|Marzuki مزروعي|Mazrouei|Mazroui "
            "مهيري|Muhairi|Mheiri هاشمي|Hashimi|Hashemi"
        ),
    ),
    "CN": ((), ()),
}  # fmt: skip
# One character each of the two that make a Chinese given name, with its reading.
CHARACTERS = words(
    "安|an 宝|bao 斌|bin 博|bo 昌|chang 成|cheng 春|chun 德|de 东|dong 凤|feng 刚|gang 光|guang "
    "国|guo 海|hai 红|hong 华|hua 慧|hui 佳|jia 建|jian 洁|jie 金|jin 静|jing 军|jun 兰|lan "
    "磊|lei 丽|li 亮|liang 林|lin 玲|ling 龙|long 梅|mei 敏|min 明|ming 娜|na 宁|ning 平|ping "
    "强|qiang 清|qing 荣|rong 瑞|rui 珊|shan 胜|sheng 思|si 涛|tao 婷|ting 伟|wei 文|wen 霞|xia "
    "祥|xiang 晓|xiao 新|xin 雪|xue 燕|yan 阳|yang 宇|yu 玉|yu 云|yun 泽|ze 志|zhi 忠|zhong 子|zi"
)  # fmt: skip
STREET_KINDS = ("St", "Ave", "Rd", "Dr", "Ln", "Ct", "Blvd", "Way", "Pl", "Cir", "Ter", "Pkwy")
LONG_KINDS = ("Street", "Avenue", "Road", "Drive", "Lane", "Court", "Boulevard", "Way", "Place",
              "Circle", "Terrace", "Parkway")  # fmt: skip
PLAIN_STREETS = words(
    "Main Oak Park Maple Washington Lake Hill Pine Cedar Elm Walnut Second Third First Church "
    "High River Spring Sunset Highland Mill Franklin Jefferson Lincoln Chestnut Union Center "
    "Prospect Ridge Meadow Forest Valley Court Bridge Grove Willow Cherry School Front North"
)
STATES = words(
    "AL AZ AR CA CO CT DE FL GA ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC "
    "ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY"
)
FOREIGN_STREET = {
    "DE": "{}straße", "GB": "{} Road", "ES": "Calle {}", "PL": "ulica {}", "UA": "вулиця {}",
    "TR": "{} Sokak", "IR": "خیابان {}", "AE": "شارع {}", "CN": "{}路",
}  # fmt: skip
# Ten (or fewer) beginnings of mobile numbers; seven digits follow.
PREFIXES = {
    "DE": "1511 1520 1573 1590 1601 1627 1703 1721 1749 1764",
    "GB": "740 741 743 745 746 747 748 750 751 753",
    "ES": "60 61 62 63 64 65 66 67 68 69",
    "PL": "50 51 53 60 66 69 72 73 78 79",
    "UA": "50 63 66 67 68 93 95 97 98 99",
    "TR": "530 531 532 533 534 535 536 537 538 539",
    "IR": "910 911 912 913 914 915 916 917 918 919",
    "AE": "50 52 54 55 56 58",
    "CN": "1301 1312 1326 1353 1367 1374 1385 1390 1501 1522",
}
PLAIN = str.maketrans({"ß": "ss", "ö": "oe", "ü": "ue", "ä": "ae", "ø": "o", "ł": "l", "ı": "i"})


@dataclass(frozen=True, slots=True)
class Names:
    """Names of all countries in one flat table, the common ones of each first."""

    native: pa.Array
    latin: tuple[pa.Array, pa.Array]
    short: tuple[pa.Array, ...]
    """Three short forms, repeated where there are fewer; the Latin spelling where there is none."""
    plain: pa.Array
    """As in a mail address: lower-case ASCII letters."""
    start: dict[str, tuple[int, int]]
    """Where the names of a country (given names: of `US women`, ...) begin and end."""
    share: dict[str, np.ndarray[tuple[int], np.dtype[np.float64]]]
    """For each of these the cumulative shares, the last of them 1."""
    apart: dict[str, bool]
    """Whether native spellings are of another script."""

    def drawn(
        self, what: str, unit: np.ndarray[tuple[int], np.dtype[np.float64]]
    ) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """The name that each number in [0, 1) draws from the names of `what`."""
        return (
            np.searchsorted(self.share[what], unit, "right").astype(np.int64) + self.start[what][0]
        )

    def rarity(self) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """The share of each name among those of its country."""
        return np.concatenate([np.diff(share, prepend=0.0) for share in self.share.values()])


@dataclass(frozen=True, slots=True)
class Places:
    """Streets and towns of one country."""

    streets: pa.Array
    towns: pa.Array
    states: pa.Array
    """Of each town."""


@cache
def names(kind: str) -> Names:
    """The table of `given` or `family` names."""
    lists: dict[str, list[tuple[str, str, str, tuple[str, ...]]]] = {}
    for country in COUNTRIES:
        if kind == "family":
            lists[country] = _families(country)
        else:
            for who in ("women", "men"):
                lists[f"{country} {who}"] = _givens(country, women=who == "women")
    rows = [row for part in lists.values() for row in part]
    ends = np.cumsum([len(part) for part in lists.values()]).tolist()
    start = {
        what: (end - len(part), end) for (what, part), end in zip(lists.items(), ends, strict=True)
    }
    shorts = [(list(row[3]) or [row[1]]) * 3 for row in rows]
    return Names(
        native=pa.array([row[0] for row in rows]),
        latin=(pa.array([row[1] for row in rows]), pa.array([row[2] for row in rows])),
        short=tuple(pa.array([short[place] for short in shorts]) for place in range(3)),
        plain=pa.array([_plain(row[1]) for row in rows]),
        start=start,
        share={what: _shares(len(part), kind) for what, part in lists.items()},
        apart={what: what[:2] in {"UA", "IR", "AE", "CN"} for what in lists},
    )


@cache
def places(country: str) -> Places:
    """Streets and towns of a country, the common ones first."""
    if country == HOME:
        made = _composed(ONSETS, MIDDLES, CODAS, 4_000)
        streets = [*PLAIN_STREETS] + [name.title() for name in FAMILY] + made[:2_000]
        towns = made[2_000:3_500]
    else:
        place = PLACES[country]
        families = [row[0] for row in _families(country)]
        form = FOREIGN_STREET[country]
        streets = list(place.streets) + [form.format(name) for name in families]
        towns = list(place.towns)
    # A town lies in one state for good.
    states = [STATES[(number * 7) % len(STATES)] for number in range(len(towns))]
    return Places(
        pa.array(streets),
        pa.array(towns),
        pa.array(states if country == HOME else [None] * len(towns), pa.string()),
    )


def _shares(count: int, kind: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    # Zipf's law as Mandelbrot has it; given names are more top-heavy than family names.
    offset, power = (20.0, 1.0) if kind == "family" else (8.0, 1.05)
    weight = np.cumsum((np.arange(count) + 1 + offset) ** -power)
    found: np.ndarray[tuple[int], np.dtype[np.float64]] = weight / weight[-1]
    return found


def _families(country: str) -> list[tuple[str, str, str, tuple[str, ...]]]:
    if country == HOME:
        common = [name.title() for name in FAMILY]
        rare = _composed(ONSETS, MIDDLES, CODAS, 40_000)
        spelt = dict.fromkeys([*common, *rare])
        return [(name, name, name, ()) for name in spelt]
    found = [_spelt(name) for name in NAMES[country].families]
    onsets, codas = SYLLABLES[country]
    for onset, coda in product(onsets, codas):
        left, right = _spelt(onset), _spelt(coda)
        found.append((left[0] + right[0], left[1] + right[1], left[2] + right[2], ()))
    return list({row[0]: row for row in found}.values())


def _givens(country: str, *, women: bool) -> list[tuple[str, str, str, tuple[str, ...]]]:
    if country == HOME:
        return _home_givens(women=women)
    listed = NAMES[country].women if women else NAMES[country].men
    found = [_spelt(name) for name in listed]
    if country == "CN":
        pairs = product(CHARACTERS[:: 2 if women else 1], CHARACTERS[1 if women else 0 :: 2])
        for one, two in ((_spelt(a), _spelt(b)) for a, b in pairs if a != b):
            found.append(
                (one[0] + two[0], (one[1] + two[1]).title(), (one[1] + " " + two[1]).title(), ())
            )
    elif country in {"DE", "GB", "ES"}:
        # Fewer names than people have: what is common at home is common here, too.
        found += _home_givens(women=women)[:300]
    return list({row[0]: row for row in found}.values())


def _home_givens(*, women: bool) -> list[tuple[str, str, str, tuple[str, ...]]]:
    known = NickNamer()
    common = [name.split(":") for name in GIVEN]
    names = {full: {short} for full, short in common if (full in WOMEN) == women}
    # The canonical names of the table of nicknames; who bears them its ending must say.
    for full in sorted(NickNamer.default_lookup()):
        if full.isalpha() and (full[-1] in "aeiy") == women and full not in {*WOMEN, *names}:
            names[full] = set()
    for full in _composed(GIVEN_ONSETS, ("",), WOMENS_CODAS if women else MENS_CODAS, 2_000):
        names.setdefault(full.lower(), set())
    rows = []
    for full, mine in names.items():
        shorts = sorted(mine | {name for name in known.nicknames_of(full) if name.isalpha()})
        rows.append(
            (full.title(), full.title(), full.title(), tuple(name.title() for name in shorts))
        )
    return rows


def _composed(
    onsets: Sequence[str], middles: tuple[str, ...], codas: Sequence[str], count: int
) -> list[str]:
    """So many distinct names of syllables, short ones first, each batch in a mixed order."""
    found: dict[str, None] = {}
    for middle in middles:
        made = [f"{a}{middle}{b}" for a, b in product(onsets, codas) if len(a) + len(b) > 3]
        step = 7919  # a prime that divides no product of these tables: the order leaves no pattern
        for place in range(len(made)):
            found.setdefault(made[place * step % len(made)].title())
            if len(found) == count:
                return list(found)
    return list(found)


def _spelt(text: str) -> tuple[str, str, str, tuple[str, ...]]:
    native, *latin = text.split("|")
    latin = latin or [native]
    return native, latin[0], latin[-1], ()


def _plain(name: str) -> str:
    import unicodedata

    letters = unicodedata.normalize("NFKD", name.lower().translate(PLAIN))
    return "".join(letter for letter in letters if "a" <= letter <= "z") or "x"

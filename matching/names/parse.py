"""A person name taken apart: bounded in size, never raising, equal for equal text.

A name is read into words of Latin letters that remember their script. Fields (`given`, `family`)
are kept where the text has them: joined by the unit separator, or as `Family, Given`. Titles,
degrees and generations are taken off; particles (`van der`, `de la`) go where a word remains.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from sameas.matching.names import latin
from sameas.matching.names.diminutives import groups
from sameas.matching.names.latin import MAX_LENGTH, Script, script_of, to_latin

__all__ = [
    "ADORNMENTS",
    "CJK",
    "MAX_COLUMNS",
    "MAX_WORDS",
    "PARTICLES",
    "SEPARATOR",
    "Name",
    "Word",
    "is_pair_of_initials",
    "merge_words",
    "name_pieces",
    "parse_name",
    "raw_words",
    "unadorned",
]

SEPARATOR = "\x1f"
"""Between the given, middle and family part of one name."""
MAX_WORDS = 8
MAX_COLUMNS = 16

_MALE, _FEMALE = 1, 2
_TITLES = {
    **dict.fromkeys(["mr", "mister", "herr", "sir", "senor", "monsieur", "bey", "lord"], _MALE),
    **dict.fromkeys(
        [
            "mrs",
            "ms",
            "miss",
            "mme",
            "mlle",
            "madame",
            "frau",
            "sra",
            "srta",
            "senora",
            "senorita",
            "lady",
            "dame",
            "hanim",
        ],
        _FEMALE,
    ),
    **dict.fromkeys(
        [
            "dr",
            "prof",
            "professor",
            "rev",
            "hon",
            "capt",
            "lt",
            "col",
            "sgt",
            "maj",
            "gen",
            "ing",
            "dipl",
            "mag",
            "doctor",
            "mx",
        ],
        0,
    ),
}
_GENERATIONS = {"sr": 1, "senior": 1, "jr": 2, "junior": 2, "ii": 2, "iii": 3, "iv": 4}
_DEGREES = frozenset(["phd", "md", "esq", "dds", "cpa", "rn", "mba", "dvm", "jd", "msc", "bsc"])
ADORNMENTS = _TITLES.keys() | _GENERATIONS.keys() | _DEGREES
"""Words that may be taken off a name: titles, generations, degrees."""
PARTICLES = frozenset(
    [
        "van",
        "von",
        "der",
        "den",
        "de",
        "del",
        "della",
        "di",
        "da",
        "do",
        "dos",
        "das",
        "du",
        "la",
        "le",
        "los",
        "las",
        "el",
        "al",
        "ul",
        "bin",
        "ibn",
        "bint",
        "zu",
        "zur",
        "ter",
        "ten",
        "af",
    ]
)
_SERVANT = re.compile(r"abd(?:[aeou]?[lr])?")
_SERVANT_OF = re.compile(r"abd[aeou](?:[lrsdnzt])(?=[a-z]{3})")
_STEMS = (
    ("skaya", "ski"),
    ("skaia", "ski"),
    ("skyi", "ski"),
    ("skyy", "ski"),
    ("skiy", "ski"),
    ("skii", "ski"),
    ("skij", "ski"),
    ("sky", "ski"),
    ("ska", "ski"),
    ("cka", "cki"),
    ("ova", "ov"),
    ("eva", "ev"),
    ("ina", "in"),
)
CJK = (latin.HAN, latin.KANA, latin.HANGUL)


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a name: letters `a`-`z`, and the script that it was written in."""

    text: str
    script: Script = latin.LATIN


@dataclass(frozen=True, slots=True)
class Name:
    """A parsed name. Without fields (`structured` false) all of its words are in `family`."""

    given: tuple[Word, ...] = ()
    family: tuple[Word, ...] = ()
    structured: bool = False
    """The parts are fields; else all words are in `family`, in an order that means nothing."""
    joined: tuple[Word, ...] = ()
    """Neighbours written as one (`annemarie`, `delacruz`): further spellings, no further words."""
    gender: int = 0
    """1 or 2 as the title says (Mr, Mrs); 0: not known."""
    generation: int = 0
    """1 senior, 2 junior or II, 3, 4; 0: not known."""
    solid: bool = False
    """One run of Chinese, Japanese or Korean letters that may hold several words."""

    @property
    def words(self) -> tuple[Word, ...]:
        """All words, the given ones first."""
        return self.given + self.family


def _stem(text: str) -> str:
    """The word without the ending by which Slavic family names tell a woman's from a man's."""
    if len(text) < 5 or groups(text):
        return text
    for ending, stem in _STEMS:
        if text.endswith(ending):
            short = text[: -len(ending)] + stem
            return text if groups(short) else short
    return text


def raw_words(piece: str) -> list[Word]:
    """The words as they stand, letters only."""
    found: list[Word] = []
    for chunk in re.split(r"[\s・·]+", unicodedata.normalize("NFKC", piece)):
        script = script_of(chunk)
        parts = re.sub(r"[0-9]", "", to_latin(chunk)).replace("-", " ").split()
        found.extend(Word(part, script) for part in parts)
    return found


def merge_words(words: list[Word]) -> list[Word]:
    """Words that are one though written as two: `Mc Donald`, `Abd al Rahman`, `Abdul Rahman`."""
    out: list[Word] = []
    at = 0
    while at < len(words):
        word = words[at]
        following = at + 1
        if _SERVANT.fullmatch(word.text) and following < len(words):
            if words[following].text in {"al", "el", "ul", "ur", "ar", "er"}:
                following += 1
            if following < len(words):
                out.append(Word("abd" + words[following].text, word.script))
                at = following + 1
                continue
        elif word.text == "mc" and following < len(words):
            out.append(Word("mc" + words[following].text, word.script))
            at += 2
            continue
        servant = _SERVANT_OF.match(word.text)
        out.append(Word("abd" + word.text[servant.end() :], word.script) if servant else word)
        at += 1
    return out


def is_pair_of_initials(text: str) -> bool:
    return len(text) == 2 and not set(text) & set("aeiouy") and text not in {"ng", "mc", "st"}


def _part(words: list[Word], *, given: bool, loose: bool) -> tuple[list[Word], list[Word]]:
    """The words that count, and the joined spellings of neighbours."""
    merged = merge_words(words)
    full = [w for w in merged if len(w.text) > 1 and w.text not in PARTICLES]
    keep_first = given or (loose and (len(merged) < 3 or merged[0].text == "al"))
    kept: list[Word] = []
    joined: list[Word] = []
    run = ""
    for place, word in enumerate(merged):
        if word.text in PARTICLES and full and not (place == 0 and keep_first):
            run += word.text
            continue
        if run:
            joined.append(Word(run + word.text, word.script))
            run = ""
        if word.script == latin.LATIN and is_pair_of_initials(word.text):
            kept.extend(Word(letter) for letter in word.text)
        else:
            kept.append(Word(_stem(word.text), word.script))
    joined += [
        Word(a.text + b.text, a.script)
        for a, b in pairwise(kept)
        if len(a.text) > 1 and len(b.text) > 1
    ]
    return kept, joined


def unadorned(words: list[Word]) -> tuple[list[Word], int, int]:
    """The words without titles before and generations and degrees behind; gender, generation."""
    titles: set[int] = set()
    generation = 0
    words = list(words)
    while len(words) > 1 and words[0].text in (_TITLES | {"sr": _MALE}):
        titles.add((_TITLES | {"sr": _MALE})[words.pop(0).text])
    while len(words) > 1:
        text = words[-1].text
        if text in _GENERATIONS:
            generation = _GENERATIONS[text]
        elif text not in _DEGREES:
            break
        words.pop()
    titles.discard(0)
    return words, titles.pop() if len(titles) == 1 else 0, generation


def name_pieces(text: str) -> tuple[str, str, bool]:
    """The given part, the family part, and whether these are fields."""
    if SEPARATOR in text:
        given, middle, family = (*text.split(SEPARATOR, 2), "", "")[:3]
        # A middle name alone says nothing that another record's first name could contradict.
        return (f"{given} {middle}" if given.strip() else ""), family, True
    head, comma, tail = text.partition(",")
    if comma and head.strip() and tail.strip(" .,"):
        behind = {word.text for word in raw_words(tail)}
        if behind and not behind <= (_GENERATIONS.keys() | _DEGREES):
            return tail, head, True
    return "", text, False


def _bounded(words: list[Word], most: int) -> tuple[Word, ...]:
    return tuple(words if len(words) <= most else [*words[: most - 1], words[-1]])


@lru_cache(maxsize=65_536)
def parse_name(text: str) -> Name:
    """Take a name apart; see `Name`. Characters beyond `MAX_LENGTH` are not read. Never raises.

    >>> name = parse_name("Dr. Smith-Jones, Ann Marie")
    >>> [word.text for word in name.given], [word.text for word in name.family]
    (['ann', 'marie'], ['smith', 'jones'])
    """
    given_text, family_text, structured = name_pieces(text[:MAX_LENGTH])
    given, gender, first_generation = unadorned(raw_words(given_text))
    family, family_gender, generation = unadorned(raw_words(family_text))
    given, given_joined = _part(given, given=True, loose=False)
    family, family_joined = _part(family, given=False, loose=not structured)
    limit = MAX_WORDS // 2 if given and family else MAX_WORDS
    words = _bounded(given, limit), _bounded(family, limit)
    joined = (given_joined + family_joined)[: MAX_COLUMNS - MAX_WORDS]
    alone = words[1][0] if not structured and len(words[1]) == 1 else None
    return Name(
        given=words[0],
        family=words[1],
        structured=structured,
        joined=tuple(joined),
        gender=gender or family_gender,
        generation=generation or first_generation,
        solid=alone is not None and alone.script in CJK and len(alone.text) > 3,
    )

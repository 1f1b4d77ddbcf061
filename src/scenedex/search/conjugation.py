"""A Korean eojeol → the verb or adjective that it is a form of: 달리는, 달렸던, 달린다 → 달리.

Each stem is written as the few bases to which endings are joined (달리-, 달리-, 달려-), in single letters, so that an
ending like -ㄴ is found inside a syllable. The changes of irregular stems are those of the standard grammar (National
Institute of Korean Language, Standard Korean Orthography, articles 15 to 18).
"""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

from scenedex.search.words import table

_CLOSING = str.maketrans("ㄴㄹㅁㅂㅆ", "\u11ab\u11af\u11b7\u11b8\u11bb")
_N, _L, _P, _SS = "\u11ab", "\u11af", "\u11b8", "\u11bb"
_IEUNG = "\u110b"
_A, _AE, _YA, _YAE, _EO, _E, _YEO, _YE = (chr(0x1161 + i) for i in range(8))
_O, _WA, _WAE, _OE, _U, _WO = chr(0x1169), chr(0x116A), chr(0x116B), chr(0x116C), chr(0x116E), chr(0x116F)
_EU, _I = chr(0x1173), chr(0x1175)
_BRIGHT = {_A, _O, _YA}
_CONTRACTED = {
    _A: _A, _EO: _EO, _AE: _AE, _E: _E, _YEO: _YEO, _O: _WA, _U: _WO, _I: _YEO, _OE: _WAE,
}  # fmt: skip
_WITHOUT_H = {_A: _AE, _EO: _AE, _YA: _YAE, _YEO: _YE}
_SOFT = ("\u1102", _N, _L, _P, "\u1109")
"""Before these letters a stem in ㄹ loses it: 날다 → 나는, 난, 납니다, 나시는."""


class Base(NamedTuple):
    """What endings are joined to."""

    stem: str
    slot: str  #: which endings: `plain`, `joined`, `vowel`, `soft` or `hard` of the first two


def letters(text: str) -> str:
    """Syllables as their letters: 달 → ᄃ, ᅡ, ᆯ."""
    return unicodedata.normalize("NFD", text.translate(_CLOSING))


@cache
def endings() -> dict[str, frozenset[str]]:
    """The endings of each slot, in letters."""
    given = {
        slot: frozenset(letters(ending.replace("_", "")) for ending in text.split())
        for slot, text in table("korean_endings")["endings"].items()
        if slot in ("plain", "joined", "vowel")
    }
    both = given["plain"] | given["joined"]
    return given | {
        "soft": frozenset(ending for ending in both if ending.startswith(_SOFT)),
        "hard": frozenset(ending for ending in both if not ending.startswith(_SOFT)),
        "vowel": given["vowel"] | {""},
    }


class Conjugation:
    """A set of stems, ready to recognise their forms."""

    def __init__(self, stems: Iterable[str]) -> None:
        """`stems` as the data has them: 달리, 걷/ㄷ."""
        self._bases: dict[str, list[Base]] = defaultdict(list)
        for entry in stems:
            stem, _, irregular = entry.partition("/")
            for slot, base in _written(letters(stem), irregular):
                self._bases[base].append(Base(stem, slot))
        self._longest = max(map(len, self._bases), default=0)

    def stems(self, word: str) -> tuple[str, ...]:
        """The stems of which a word may be a form, the longest first."""
        written = letters(word)
        found: dict[str, None] = {}
        for end in range(min(len(written), self._longest), 0, -1):
            rest = written[end:]
            for base in self._bases.get(written[:end], ()):
                if rest in endings()[base.slot] or _helped(base.slot, rest):
                    found.setdefault(base.stem)
        return tuple(found)


@cache
def _helpers() -> Conjugation:
    return Conjugation(table("korean_endings")["helpers"].split())


def _helped(slot: str, rest: str) -> bool:
    """Whether a helping verb follows: 안아 + 주는, 먹고 + 있다."""
    if slot in ("plain", "hard") and rest.startswith(letters("고")):
        rest = rest[2:]
    elif slot != "vowel":
        return False
    return bool(rest) and _is_helper(unicodedata.normalize("NFC", rest))


def _is_helper(rest: str) -> bool:
    # A helper has no helper of its own, so this ends.
    helpers = _helpers()
    written = letters(rest)
    return any(
        written[end:] in endings()[base.slot]
        for end in range(1, len(written) + 1)
        for base in helpers._bases.get(written[:end], ())
    )


def _written(stem: str, irregular: str) -> Iterator[tuple[str, str]]:
    """(slot, base) for each way in which a stem is written before an ending."""
    closed = "\u11a8" <= stem[-1] <= "\u11c2"
    if stem.endswith(_L):
        yield "soft", stem[:-1]
        yield "hard", stem
        yield "vowel", _with_vowel(stem)
        return
    yield "plain", stem
    softened = _softened(stem, irregular)
    if irregular == "ㅎ":
        yield "joined", softened
        yield "vowel", softened[:-1] + _WITHOUT_H.get(softened[-1], softened[-1])
    elif irregular == "ㅂ":
        yield "joined", softened + _IEUNG + _U
        yield "vowel", softened + _IEUNG + _WO
    elif irregular == "르":
        yield "joined", stem
        before = stem[:-2]
        yield "vowel", before + _L + "\u1105" + (_A if before[-1] in _BRIGHT else _EO)
    elif irregular == "러":
        yield "joined", stem
        yield "vowel", stem + "\u1105" + _EO
    else:
        yield "joined", softened + _IEUNG + _EU if closed else stem
        yield from (("vowel", base) for base in _vowel_bases(softened, closed=closed))


def _softened(stem: str, irregular: str) -> str:
    """The stem before a vowel: 걷 → 걸, 짓 → 지, 눕 → 누, 빨갛 → 빨가."""
    if irregular == "ㄷ":
        return stem[:-1] + _L
    return stem[:-1] if irregular in ("ㅅ", "ㅂ", "ㅎ") and irregular else stem


def _vowel_bases(stem: str, *, closed: bool) -> Iterator[str]:
    last = stem[-1]
    if closed:  # also where an irregular stem has lost its consonant: 지어 does not contract
        yield _with_vowel(stem)
    elif stem.endswith("\u1112" + _A):
        yield stem[:-1] + _AE
        yield stem + _IEUNG + _YEO
    elif last == _EU:
        vowels = [letter for letter in stem[:-1] if _A <= letter <= _I]
        yield stem[:-1] + (_A if vowels and vowels[-1] in _BRIGHT else _EO)
    else:
        if last in _CONTRACTED:
            yield stem[:-1] + _CONTRACTED[last]
        yield _with_vowel(stem)


def _with_vowel(stem: str) -> str:
    vowel = next(letter for letter in reversed(stem) if _A <= letter <= _I)
    return stem + _IEUNG + (_A if vowel in _BRIGHT else _EO)

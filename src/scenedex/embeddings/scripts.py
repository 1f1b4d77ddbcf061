"""Characters → words, script by script: where a word lies in a text, and its folded form.

Folding makes equal what people type alike: case, width and ligatures (NFKC and case folding, Unicode
TR15 and TR21), accents of Latin, Greek and Cyrillic, Arabic vowel signs and letter variants, Hebrew points.
Vowel signs of Indic scripts, Japanese voicing marks and the Cyrillic short i are letters and stay.
"""

import re
import unicodedata
from collections.abc import Iterator

# Combining marks are no word characters to `re`, but a word goes on through them; so does it through the
# joiners and the soft hyphen. A word is cut at 200 characters: normalising long runs of marks is quadratic.
_MARKS = (
    "\u00ad\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u0711\u0730-\u074a\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963"
    "\u0981-\u0983\u09bc-\u09cd\u0a01-\u0a03\u0a3c-\u0a4d\u0a70\u0a71\u0a81-\u0a83\u0abc-\u0acd\u0b01-\u0b03\u0b3c-\u0b4d"
    "\u0b82\u0bbe-\u0bcd\u0c00-\u0c04\u0c3c-\u0c4d\u0c81-\u0c83\u0cbc-\u0ccd\u0d00-\u0d03\u0d3b-\u0d4d\u0d82\u0d83"
    "\u0dca-\u0ddf\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ecd\u0f71-\u0f84\u102b-\u103e\u1056-\u1059"
    "\u17b4-\u17d3\u1ab0-\u1ace\u1dc0-\u1dff\u200c\u200d\u20d0-\u20f0\u2060\u3099\u309a\ufe00-\ufe0f\ufe20-\ufe2f"
)
_APOSTROPHES = "'\u2019\u02bc\uff07"
_WORD = re.compile(rf"[^\W_](?:[^\W_{_APOSTROPHES}]|[{_MARKS}]|[{_APOSTROPHES}](?=[^\W_])){{0,199}}")

_INVISIBLE = re.compile("[\u00ad\u0640\u200c\u200d\u2060\ufe00-\ufe0f]+")
_ACCENTS = re.compile(
    "(?<!\u0438)\u0306+|[\u0300-\u0305\u0307-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"
    "\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed]+"
)
_LETTERS = str.maketrans(
    {
        "ø": "o",
        "đ": "d",
        "ł": "l",
        "æ": "ae",
        "œ": "oe",
        "ð": "d",
        "þ": "th",
        "ı": "i",
        "ى": "ي",
        "ة": "ه",
        "ک": "ك",
        "ی": "ي",
    }
)
_ANY_APOSTROPHE = re.compile(f"[{_APOSTROPHES}]")
_ENDING = re.compile(r"(?<=[^\W\d_])'(?:s|ve|re|ll|d|m)$")
_ELISION = re.compile(r"^(?:[cdjlmnst]|qu)'(?=[^\W\d_]{3})")

_HANGUL = "\uac00-\ud7a3"
_DENSE = (  # scripts that put no space between words
    "\u3005\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
)
_ALL_DENSE = re.compile(f"[{_DENSE}]+\\Z")
_RUN = re.compile(
    f"(?P<hangul>[{_HANGUL}]+)|(?P<dense>[{_DENSE}]+)|(?:(?![{_HANGUL}{_DENSE}])(?:[^\\W_]|[{_MARKS}]))+"
)


def word_spans(text: str) -> Iterator[tuple[int, int]]:
    """Where the words of a text lie: (start, end) in characters. Linear in its length; never raises."""
    for match in _WORD.finditer(text):
        yield match.span()


def fold(word: str) -> str:
    """One word as it is compared: "Café's" → "cafe", "ＨＤ" → "hd", "don’t" → "dont", "l'heure" → "heure"."""
    if word.isascii():
        folded = word.lower()
    else:
        folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", word).casefold())
        folded = _INVISIBLE.sub("", _ANY_APOSTROPHE.sub("'", folded))
        folded = _ACCENTS.sub("", unicodedata.normalize("NFD", folded)).translate(_LETTERS)
        folded = unicodedata.normalize("NFC", folded)
    if "'" not in folded:
        return folded
    return _ELISION.sub("", _ENDING.sub("", folded)).replace("'", "")


def runs(folded: str) -> Iterator[tuple[str, str]]:
    """The parts of a folded word by script: (`hangul` | `dense` | `spaced`, characters); "hd를" has two."""
    for match in _RUN.finditer(folded):
        yield match.lastgroup or "spaced", match.group()


def is_dense(word: str) -> bool:
    """Whether a word is a run of a script that puts no space between words."""
    return bool(_ALL_DENSE.match(word))

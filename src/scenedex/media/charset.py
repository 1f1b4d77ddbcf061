"""Text of unknown encoding to a string.

A byte order mark, UTF-8 and UTF-16 are certain. For the older encodings charset-normalizer ranks the candidates, but
on the few lines of a short subtitle file it errs (Arabic as Cyrillic, Korean as Chinese), so each candidate is judged
by what its text looks like: letters that are common in the language, words of one script, capitals only in front.
"""

import codecs
import re
import unicodedata
from dataclasses import dataclass

from charset_normalizer import from_bytes

SAMPLE_BYTES = 16_384

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True)
class _Candidate:
    codec: str
    languages: tuple[str, ...]  # ISO 639-1
    script: str  # first word of the Unicode names of its letters
    common: str  # the letters (or syllables) that make up most of its text


_CYRILLIC = "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё"
_ARABIC = "اليمونترهبدعسفكحقجةأصشخطذزىءثضغظئإآؤپچگکیژ،؟"
_KANA = (
    "のにはをたがでてとしれさいるなっかもまらこりすよあうくきせだんえおそつちけみねろわめやどごげじばびぶべ"
    "ーィイスンルトクリアドレラシッマムコタテオメプバパデグカロ。、"
)
_HANGUL = (
    "이다는을에의가고한하지은로어를나도서아기리사라자들인만해그시대게있니요수내말거안우일면야습까너마오보여"
)
_HANZI = (
    "的一是不了在人有我他这这個中来上大为和国地到以说時时要就出会會可也你对對生能而子那得于着下自之年过過发發後后作里裡用道行所然家种事成方"
    "多经么麼去法学學如都同现当沒没动動面起看定天分还還进好小部其些主样样理心她本前开開但因只从從想实吗嗎们們很什什给請请"
)

_CANDIDATES = (
    _Candidate("cp1251", ("ru", "uk", "bg", "sr", "mk", "be"), "CYRILLIC", _CYRILLIC + "іїєґјљњћђџ"),
    _Candidate("koi8-r", ("ru",), "CYRILLIC", _CYRILLIC),
    _Candidate("cp866", ("ru",), "CYRILLIC", _CYRILLIC),
    _Candidate("iso8859-5", ("ru", "bg", "sr"), "CYRILLIC", _CYRILLIC),
    _Candidate("cp1256", ("ar", "fa", "ur"), "ARABIC", _ARABIC),
    _Candidate("iso8859-6", ("ar",), "ARABIC", _ARABIC),
    _Candidate("cp1253", ("el",), "GREEK", "αοιετσνηυρπκμλωδγχθφβξζψάέήίόύώς"),
    _Candidate("cp1255", ("he", "yi"), "HEBREW", "יוהלאתמרבשנםדקעפחגסצטכןזךףץ"),
    _Candidate("cp874", ("th",), "THAI", "านรอกเงมยลวดทสตะปบคหแจพชขใไโผซถศธณัิีึืุู่้์ำๆ"),
    _Candidate("euc-jp", ("ja",), "KANA", _KANA),
    _Candidate("cp932", ("ja",), "KANA", _KANA),
    _Candidate("cp949", ("ko",), "HANGUL", _HANGUL),
    _Candidate("gb18030", ("zh",), "CJK", _HANZI),
    _Candidate("big5hkscs", ("zh",), "CJK", _HANZI),
    _Candidate("cp1252", ("fr",), "LATIN", "éàèêçùôîâûœëï«»’…ÉÀÇ"),
    _Candidate("cp1252", ("es", "ca"), "LATIN", "áíóéñú¿¡ü«»Áàèòç"),
    _Candidate("cp1252", ("de",), "LATIN", "üäöß„“–…ÜÄÖ"),
    _Candidate("cp1252", ("it",), "LATIN", "èàòùìé’…ÈÉ"),
    _Candidate("cp1252", ("pt",), "LATIN", "ãáçéêíóõúâôàÉÁ"),
    _Candidate("cp1252", ("sv", "no", "da", "fi"), "LATIN", "äåöøæéÅÄÖØÆ–"),
    _Candidate("cp1252", ("en", "nl"), "LATIN", "’‘“”–—…é£ëï"),
    _Candidate("cp1254", ("tr",), "LATIN", "ışğüöçİŞÖÜÇâîû"),
    _Candidate("cp1250", ("pl",), "LATIN", "ęąłóżśćńźŻŚŁĆ"),
    _Candidate("cp1250", ("cs", "sk"), "LATIN", "íáěéřšžčýůúňťďóľôäŘŠČŽ"),
    _Candidate("cp1250", ("hu",), "LATIN", "éáöőóüűíúÉÁ"),
    _Candidate("cp1250", ("ro",), "LATIN", "ăîşâţŞÎ"),
    _Candidate("cp1250", ("hr", "sl", "bs", "sr"), "LATIN", "čšžćđŠŽČ"),
    _Candidate("cp1257", ("lt", "lv", "et"), "LATIN", "ėšįųāžčūąęēīķļņģõäöüŠŽ"),
    _Candidate("cp1258", ("vi",), "LATIN", "đăâêôơư\u0301\u0300\u0309\u0303\u0323áàéèíóúýĐ"),
)
_ODD_RANGES = (("\u2500", "\u259f"), ("\u3400", "\u4dbf"), ("\uff61", "\uff9f"), ("\U00020000", "\U0010ffff"))
_SCRIPTS = {
    "KANA": frozenset({"HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "CJK", "FULLWIDTH"}),
    "CJK": frozenset({"CJK", "FULLWIDTH"}),
    "HANGUL": frozenset({"HANGUL", "CJK", "FULLWIDTH"}),
}
"""First words of the Unicode names that may stand in one word."""
_WORD = re.compile(r"\w+")
_SCAFFOLD = re.compile(rb"^[\x00-\x7f]*(?:\r\n|\n|\r|\Z)", re.MULTILINE)


def decode_text(raw: bytes, language: str | None = None) -> str:
    """The text in `raw`. Never fails: bytes that fit no encoding become replacement characters.

    Args:
        raw: a whole text file, or a piece of one.
        language: ISO 639-1 of the text, where it is known (from a file name): settles doubtful cases.
    """
    for mark, codec in _MARKS:
        if raw.startswith(mark):
            return raw.decode(codec, errors="replace").lstrip("\ufeff")
    wide = _wide_codec(raw)
    if wide is not None:
        return raw.decode(wide, errors="replace")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as exc:
        # A text cut off in the middle of a character, or with a few stray bytes, is UTF-8 still.
        patched = raw.decode("utf-8", errors="replace")
        if exc.start >= len(raw) - 3 or _mostly_utf8(patched):
            return patched
    return raw.decode(legacy_codec(raw, language), errors="replace")


def legacy_codec(raw: bytes, language: str | None = None) -> str:
    """The name of the 8-bit or multi-byte encoding that makes the most sensible text of these bytes."""
    sample = _SCAFFOLD.sub(b"", raw)[:SAMPLE_BYTES]  # lines of pure ASCII say nothing
    ranked = {name: 0.1 / (1 + place) for place, name in enumerate(_ranking(sample))}
    best, best_score = "cp1252", 0.0
    for candidate in _CANDIDATES:
        text = _decoded(sample, candidate.codec)
        if text is None:
            continue
        score = _plausibility(text, candidate) + ranked.get(codecs.lookup(candidate.codec).name, 0.0)
        if language in candidate.languages:
            score += 1.0
        if score > best_score:
            best, best_score = candidate.codec, score
    return best


def _ranking(sample: bytes) -> list[str]:
    names = []
    for match in from_bytes(
        sample, cp_isolation=sorted({c.codec for c in _CANDIDATES}), enable_fallback=False
    ):
        for alias in (match.encoding, *match.could_be_from_charset):
            name = codecs.lookup(alias).name
            if name not in names:
                names.append(name)
    return names


def _wide_codec(raw: bytes) -> str | None:
    """UTF-16 or UTF-32 without a mark: line breaks, digits and spaces are ASCII, so half of their bytes are zero."""
    sample = raw[: SAMPLE_BYTES & ~3]
    if len(sample) < 4 or b"\0" not in sample:
        return None
    ascii_marks = {b"\n", b" ", b"0", b"1", b":", b">", b"-", b","}
    zeros = [sample[i::4].count(0) / max(1, len(sample[i::4])) for i in range(4)]
    if min(zeros[1:]) > 0.6 and len(raw) % 4 == 0:
        return "utf-32-le" if min(zeros[2:]) > 0.9 else None
    if min(zeros[:2]) > 0.9 and len(raw) % 4 == 0:
        return "utf-32-be"
    little = sum(
        sample[i : i + 1] in ascii_marks and sample[i + 1] == 0 for i in range(0, len(sample) - 1, 2)
    )
    big = sum(sample[i] == 0 and sample[i + 1 : i + 2] in ascii_marks for i in range(0, len(sample) - 1, 2))
    if max(little, big) < len(sample) // 2 * 0.03:
        return None
    return "utf-16-le" if little >= big else "utf-16-be"


def _mostly_utf8(patched: str) -> bool:
    whole = sum(c > "\x7f" and c != "\ufffd" for c in patched)
    return whole > 20 * patched.count("\ufffd")


def _decoded(sample: bytes, codec: str) -> str | None:
    """The sample in this encoding; None where that is impossible. The cut at its end may split a character."""
    for cut in range(4):
        try:
            return sample[: len(sample) - cut].decode(codec) if len(sample) > cut else None
        except UnicodeDecodeError as exc:
            if exc.start < len(sample) - 4:
                return None
    return None


def _plausibility(text: str, candidate: _Candidate) -> float:
    """About 1 for text that reads like the candidate's languages, below 0 for nonsense."""
    letters = [c for c in text if c > "\x7f" and not c.isspace()]
    if not letters:
        return 0.0
    common = sum(_commonness(c, candidate.common) for c in letters) / len(letters)
    odd = sum(_is_odd(c) for c in letters) / len(letters)
    words = [w for w in _WORD.findall(text) if not w.isascii()]
    broken = sum(_is_broken(w, candidate.script) for w in words) / len(words) if words else 0.0
    shouted = sum(len(w) > 1 and w.isupper() for w in words) / len(words) if words else 0.0
    score = common - 2.0 * odd - 1.5 * broken - 0.3 * shouted
    if candidate.script == "KANA":
        kana = sum("\u3041" <= c <= "\u30fe" for c in letters) / len(letters)
        return score + (0.6 if kana > 0.2 else -0.5)
    if candidate.script in ("CJK", "HANGUL"):
        own = sum(unicodedata.name(c, "").startswith(candidate.script) for c in letters) / len(letters)
        return score + 0.5 * own
    return score


def _commonness(char: str, common: str) -> float:
    """1 for the most common letter, less for each that follows in the list, 0 for any other."""
    place = common.find(char)
    if place < 0:
        place = common.find(char.lower())
    return 1.0 - 0.8 * place / max(40, len(common)) if place >= 0 else 0.0


def _is_odd(char: str) -> bool:
    """Characters that no subtitles have: controls, private use, box drawing, half-width kana, rare ideographs."""
    if any(first <= char <= last for first, last in _ODD_RANGES):
        return True
    return unicodedata.category(char) in ("Cc", "Co", "Cn", "Sk", "No") or char in "¤¦§¬¶¨µ×÷ªº±"


def _is_broken(word: str, script: str) -> bool:
    """A word that mixes scripts, or has a capital after a small letter."""
    if script in _SCRIPTS:
        return any(unicodedata.name(c, "?").split()[0] not in _SCRIPTS[script] for c in word if c > "\x7f")
    names = {unicodedata.name(c, "?").split()[0] for c in word if c.isalpha()}
    if names - {script} or unicodedata.combining(word[0]):
        return True
    return len(word) > 1 and word != word.lower() and word[1:] != word[1:].lower() and word != word.upper()

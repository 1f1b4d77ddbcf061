"""The words that the router knows, ready to be looked up. Read from `words/` on first use, once."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache

from scenedex.embeddings.korean import PARTICLES
from scenedex.embeddings.scripts import fold, runs, word_spans
from scenedex.search.conjugation import Conjugation
from scenedex.search.inflections import bases
from scenedex.search.words import table

Kinds = frozenset[str]
"""What a word is evidence of: see the tables of the data files."""

MAX_EOJEOL = 24
"""Syllables: whatever is longer is no Korean word."""

NOTHING: Kinds = frozenset()


@dataclass(slots=True)
class Phrases:
    """Entries of several words, by their first one."""

    by_first: dict[str, list[tuple[tuple[str, ...], str]]] = field(default_factory=lambda: defaultdict(list))

    def add(self, parts: tuple[str, ...], kind: str) -> None:
        """Enter one; the longest are tried first."""
        entries = self.by_first[parts[0]]
        entries.append((parts, kind))
        entries.sort(key=lambda entry: -len(entry[0]))

    def at(self, forms: list[tuple[str, ...]], start: int) -> tuple[tuple[str, ...], Kinds] | None:
        """The longest entry that begins at this word; `forms` has what each word may stand for."""
        for first in forms[start]:
            for parts, _ in self.by_first.get(first, ()):
                if start + len(parts) <= len(forms) and all(
                    part in forms[start + i] for i, part in enumerate(parts)
                ):
                    kinds = frozenset(kind for other, kind in self.by_first[first] if other == parts)
                    return parts, kinds
        return None


@dataclass(slots=True)
class Lexicon:
    """All words of one language."""

    words: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    phrases: Phrases = field(default_factory=Phrases)
    grammar: Mapping[str, frozenset[str]] = field(default_factory=dict)
    verbs: Conjugation = field(default_factory=lambda: Conjugation(()))
    saying: Conjugation = field(default_factory=lambda: Conjugation(()))  #: 하다 after what is said
    verbal: Conjugation = field(default_factory=lambda: Conjugation(()))  #: 하다 that makes a verb of a noun
    light: Conjugation = field(default_factory=lambda: Conjugation(()))  #: 꺼내다 after 이야기를

    def kinds(self, part: str, word: str) -> Kinds:
        """Of a word of this part of speech; empty for one that is not known."""
        return frozenset(self.words.get((part, word), ()))

    def enter(self, part: str, kind: str, entry: str) -> None:
        """One entry of a data file."""
        parts = tuple(
            run for start, end in word_spans(entry) for _, run in runs(fold(entry[start:end])) if run
        )
        if len(parts) == 1:
            self.words[part, parts[0]].add(kind)
        elif parts:
            self.phrases.add(parts, kind)


def _entries(tables: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """(kind, entry) of a table whose values are words, or groups of words."""
    for kind, value in tables.items():
        groups = value.items() if isinstance(value, dict) else [(kind, value)]
        for group, words in groups:
            for entry in str(words).split():
                yield ("person" if group == "people" else kind), entry.replace("_", " ")


@cache
def english() -> Lexicon:
    """The English words."""
    words = table("english_words")
    lexicon = Lexicon(grammar=_grammar(words["grammar"]))
    for kind, entry in _entries(table("english_nouns")):
        lexicon.enter("noun", kind, entry)
    for part in ("verb", "adjective", "fixed"):
        for kind, entry in _entries(words[part]):
            lexicon.enter(part, kind, entry)
    return lexicon


@cache
def korean() -> Lexicon:
    """The Korean words."""
    words = table("korean_words")
    stems = [(kind, entry) for part in ("verb", "adjective") for kind, entry in _entries(words[part])]
    grammar = _grammar(words["grammar"])
    lexicon = Lexicon(
        grammar=grammar | {"noun endings": _noun_endings()},
        verbs=Conjugation(dict.fromkeys(entry for _, entry in stems)),
        saying=Conjugation(sorted(grammar["saying"])),
        verbal=Conjugation(sorted(grammar["verbal"])),
        light=Conjugation(sorted(grammar["light"])),
    )
    for kind, entry in [*_entries(table("korean_nouns")), *_entries(words["fixed"])]:
        lexicon.enter("noun", kind, entry)
    for noun in [word for (_, word), kinds in lexicon.words.items() if "person" in kinds and len(word) > 1]:
        for woman_or_man in grammar["person_prefix"]:
            lexicon.words["noun", woman_or_man + noun].add("person")
    for kind, entry in stems:
        stem = entry.partition("/")[0]
        lexicon.words["verb", stem].add(kind)
        noun = stem.removesuffix("하")
        if noun != stem and len(noun) > 1 and kind == "action":
            lexicon.words["noun", noun].add(kind)
    return lexicon


def _grammar(lists: Mapping[str, str]) -> dict[str, frozenset[str]]:
    return {name: frozenset(words.split()) for name, words in lists.items()}


def _noun_endings() -> frozenset[str]:
    return frozenset(table("korean_endings")["endings"]["noun"].split()) | PARTICLES | {""}


@lru_cache(maxsize=16_384)
def english_forms(word: str) -> tuple[str, ...]:
    """The word itself, and whatever it may be a form of."""
    return tuple(dict.fromkeys([word, *(base for _, base in bases(word))]))


@lru_cache(maxsize=16_384)
def english_kinds(word: str) -> tuple[str, Kinds]:
    """(base form, kinds) of one folded word."""
    lexicon = english()
    exact = _union(lexicon.kinds(part, word) for part in ("fixed", "noun", "verb", "adjective"))
    if exact:
        return word, NOTHING if "neutral" in exact else exact
    found = [(base, lexicon.kinds(part, base)) for part, base in bases(word)]
    kinds = _union(kinds for _, kinds in found)
    return next((base for base, known in found if known), word), kinds


@lru_cache(maxsize=16_384)
def korean_kinds(eojeol: str) -> tuple[tuple[str, Kinds], ...]:
    """(base form, kinds) of each word in one eojeol: usually one, two in 빨간자동차, one in 돌계단."""
    if len(eojeol) > MAX_EOJEOL:
        return ()
    known = _one(eojeol)
    if known:
        return known
    for cut in range(len(eojeol) - 1, 0, -1):
        left, right = _one(eojeol[:cut]), _one(eojeol[cut:])
        if left and right and cut > 1 and len(eojeol) - cut > 1:
            return left + right
    right = _one(eojeol[1:])
    made_of = "object" in korean().kinds("noun", eojeol[:1])
    return right if made_of and any("object" in kinds for _, kinds in right) else ()


@lru_cache(maxsize=16_384)
def korean_noun(eojeol: str) -> str:
    """The noun that is known, of an eojeol with particles; else the eojeol."""
    if len(eojeol) > MAX_EOJEOL:
        return eojeol
    lexicon = korean()
    ends = lexicon.grammar["noun endings"]
    for end in range(len(eojeol), 0, -1):
        ending = eojeol[end:]
        # 일 and 인 after one syllable are more often part of the word.
        rare = end == 1 and len(ending) == 1 and ending not in PARTICLES
        if ending in ends and not rare and ("noun", eojeol[:end]) in lexicon.words:
            return eojeol[:end]
    return eojeol


@lru_cache(maxsize=16_384)
def korean_forms(eojeol: str) -> tuple[str, ...]:
    """The eojeol itself, without whatever may be a particle, and the stems that it may be a form of."""
    if len(eojeol) > MAX_EOJEOL:
        return (eojeol,)
    ends = korean().grammar["noun endings"]
    bare = [eojeol[:end] for end in range(len(eojeol) - 1, 0, -1) if eojeol[end:] in ends]
    return tuple(dict.fromkeys([eojeol, *bare, *korean().verbs.stems(eojeol)]))


def _one(eojeol: str) -> tuple[tuple[str, Kinds], ...]:
    lexicon = korean()
    noun = korean_noun(eojeol)
    kinds = lexicon.kinds("noun", noun)
    stems = lexicon.verbs.stems(eojeol) if noun != eojeol or not kinds else ()
    if not kinds and not stems:
        noun, kinds = _done(eojeol)
    # A longer stem is surer than a noun with what may be a particle: 달리는 is no 달 with 리는.
    if stems and (not kinds or len(stems[0]) > len(noun)):
        return ((stems[0], lexicon.kinds("verb", stems[0])),)
    return ((noun, NOTHING if "neutral" in kinds else kinds),) if kinds else ()


def _done(eojeol: str) -> tuple[str, Kinds]:
    """The noun of a verb that is made of it with 하다 and the like: 축구하는 → 축구."""
    lexicon = korean()
    for end in range(len(eojeol) - 1, 1, -1):
        kinds = lexicon.kinds("noun", eojeol[:end]) & {"object", "action", "attribute", "sound", "person"}
        if kinds and lexicon.verbal.stems(eojeol[end:]):
            return eojeol[:end], kinds
    return eojeol, NOTHING


def _union(sets: Iterable[Kinds]) -> Kinds:
    return NOTHING.union(*sets)

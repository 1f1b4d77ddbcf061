"""A query → its words, and what each is evidence of."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from scenedex.embeddings.scripts import fold, runs, word_spans
from scenedex.search.lexicons import (
    NOTHING,
    Kinds,
    Phrases,
    english,
    english_forms,
    english_kinds,
    korean,
    korean_forms,
    korean_kinds,
    korean_noun,
)

MAX_WORDS = 100
"""Words of a query that are read: whoever writes more has said by then what is looked for."""

_QUOTED = re.compile(
    '["\u201c\u201d\u201e]([^"\u201c\u201d\u201e]+)["\u201c\u201d]|«([^»]+)»|「([^」]+)」|『([^』]+)』'
    "|\u2018([^\u2018\u2019]+)\u2019(?!\\w)|(?<!\\w)'([^']+)'(?!\\w)"
)
_POSSESSIVE = re.compile("['\u2019]s$", re.IGNORECASE)
_STOP = re.compile(r"[.;!?\n]")


@dataclass(slots=True)
class Word:
    """A word of a query."""

    text: str  #: as typed
    form: str  #: folded, without the particle of the other script: "Car가" → car
    start: int
    korean: bool
    tail: str = ""  #: Korean particle or ending after what is known of it
    forms: tuple[str, ...] = ()  #: what it may be a form of
    senses: tuple[tuple[str, Kinds], ...] = ()  #: (base form, kinds) of each part that is known
    stops: bool = False  #: a sentence ends before it
    said: bool = False  #: stands inside what somebody says
    phrase: int = 0  #: words of the entry of several words that begins here
    kinds: Kinds = field(default=NOTHING)

    def has(self, *kinds: str) -> bool:
        """Whether it is evidence of one of these."""
        return any(kind in self.kinds for kind in kinds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A query as the router reads it."""

    words: list[Word]
    quotations: tuple[str, ...]  #: what stands in quotation marks
    asks: bool  #: it ends in a question mark


def read(query: str) -> Reading:
    """The first MAX_WORDS words, each with what it is evidence of. Any text will do."""
    words = list(islice(_words(query), MAX_WORDS))
    quoted = [match for match in _QUOTED.finditer(query) if any(map(str.isalnum, match.group()))]
    for match in quoted:
        for word in words:
            word.said |= match.start() <= word.start < match.end()
    _join(words, english().phrases)
    _join(words, korean().phrases)
    return Reading(
        words=words,
        quotations=tuple(match.group() for match in quoted),
        asks=query.rstrip().endswith(("?", "？")),
    )


def _words(query: str) -> Iterator[Word]:
    last = 0
    for start, end in word_spans(query):
        stops = _STOP.search(query, last, start) is not None
        last = end
        word: Word | None = None
        for script, run in runs(fold(query[start:end])):
            if script == "hangul" and word is not None and not word.korean:
                word.tail = run
                if not (known := korean_kinds(run)) or len(run) == 1:
                    continue
                yield _korean(run, run, start, known, stops=False)
            elif script == "hangul":
                word = _korean(query[start:end], run, start, korean_kinds(run), stops=stops)
                yield word
            else:
                word = _english(query[start:end], run, start, stops=stops)
                yield word


def _english(text: str, form: str, start: int, *, stops: bool) -> Word:
    base, kinds = english_kinds(form)
    if not kinds and (also := korean().kinds("noun", form)):  # tv, bgm
        base, kinds = form, also
    if "person" in kinds and _POSSESSIVE.search(text):  # whose it is cannot be seen
        kinds = NOTHING
    senses = ((base, kinds),) if kinds else ()
    return Word(
        text, form, start, korean=False, forms=english_forms(form), senses=senses, stops=stops, kinds=kinds
    )


def _korean(text: str, form: str, start: int, senses: tuple[tuple[str, Kinds], ...], *, stops: bool) -> Word:
    noun = korean_noun(form)
    tail = form[len(noun) :]
    kinds = NOTHING.union(*(kinds for _, kinds in senses))
    if "person" in kinds and tail == "의":  # as in English
        kinds, senses = NOTHING, ()
    return Word(
        text,
        form,
        start,
        korean=True,
        tail=tail,
        forms=korean_forms(form),
        senses=senses,
        stops=stops,
        kinds=kinds,
    )


def _join(words: list[Word], phrases: Phrases) -> None:
    """Make one of the words of each entry that has several: the first one stands for all."""
    forms = [word.forms for word in words]
    at = 0
    while at < len(words):
        found = phrases.at(forms, at)
        if found is None or any(word.phrase < 0 for word in words[at : at + len(found[0])]):
            at += 1
            continue
        parts, kinds = found
        first, rest = words[at], words[at + 1 : at + len(parts)]
        first.phrase, first.kinds = len(parts), NOTHING if "neutral" in kinds else kinds
        first.senses = ((" ".join(parts), first.kinds),)
        first.text = " ".join({word.start: word.text for word in [first, *rest]}.values())
        for word in rest:
            word.kinds, word.senses, word.phrase = NOTHING, (), -1
        at += len(parts)

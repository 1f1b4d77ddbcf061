"""The text of a query → what is looked for: a picture, a sound, or something said. Deterministic and offline.

Words are looked up in the lexicons of `words/`; what they are evidence of is counted, and the counts decide: see
docs/router.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scenedex.search.clauses import mark_said
from scenedex.search.lexicons import english, korean
from scenedex.search.reading import Reading, Word, read
from scenedex.search.tally import SPEECH, VISUAL, Tally
from scenedex.types import Channel, Mode

_SURE = ("quotation", "saying", "phrase")
KINDS = ("shot", "object", "attribute", "action", "sound", "quotation", "speech", "question", "topic")

SCALES: Mapping[Mode, Mapping[Channel, float]] = {
    "recall": {"visual": 2.4, "description": 1.5, "lexical": 0.8, "transcript": 0.5, "audio": 0.7},
    "rerank": {"visual": 1.0, "description": 1.0, "lexical": 1.0, "transcript": 1.0, "audio": 1.0},
    "skip": {"visual": 0.0, "description": 0.5, "lexical": 1.3, "transcript": 1.5, "audio": 0.5},
}
HEARD = 3.0
"""What the weight of the audio channel is multiplied with besides, where a sound is named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """What a query looks for, and why."""

    mode: Mode  #: `recall`, `rerank` or `skip`
    confidence: float  #: 0 to 1
    reason: str  #: names the words that counted
    scale: dict[Channel, float]  #: what each channel's weight is multiplied with; > 0 except visual in `skip`
    signals: dict[str, tuple[str, ...]]  #: the words that counted, by what they are evidence of


def route(query: str) -> Route:
    """The mode that a query asks for, and what it makes of each channel's weight.

    Any text will do, the empty one too; nothing is raised.
    """
    reading = read(query)
    mark_said(reading.words)
    tally = Tally()
    sure = _count(reading, tally)
    if tally.speech >= 2:
        tally.dismiss_persons()
    mode, confidence = _decided(tally, sure=sure)
    signals = {kind: tuple(tally.found[kind].values()) for kind in KINDS if tally.found.get(kind)}
    return Route(
        mode=mode,
        confidence=confidence,
        reason=_reason(signals),
        scale=scale(mode, heard="sound" in signals),
        signals=signals,
    )


def scale(mode: Mode, *, heard: bool) -> dict[Channel, float]:
    """What each channel's weight is multiplied with in a mode; `heard`: a sound is named."""
    return {
        channel: factor * (HEARD if heard and channel == "audio" else 1.0)
        for channel, factor in SCALES[mode].items()
    }


def _decided(tally: Tally, *, sure: bool) -> tuple[Mode, float]:
    if tally.visual >= 3 and tally.speech == 0 and not tally.for_a_sound():
        return "recall", 0.9
    if tally.visual >= 2 and tally.speech <= 1:
        return "rerank", 0.7
    if tally.speech >= 2 and tally.visual == 0:
        return "skip", 0.9 if sure else 0.7
    return "rerank", 0.5


def _reason(signals: Mapping[str, Sequence[str]]) -> str:
    named = "; ".join(f"{kind}: {', '.join(words)}" for kind, words in signals.items())
    return named or "no word says whether it is seen or said"


def _count(reading: Reading, tally: Tally) -> bool:
    """Count all words; gives whether it is sure that somebody speaks."""
    unclear: list[tuple[str, frozenset[str], str]] = []
    for quotation in reading.quotations:
        tally.count("quotation", quotation, quotation)
    sure = bool(reading.quotations)
    words = reading.words
    question = _question(reading)
    explained = question is not None and question.form in _explaining()
    for at, word in enumerate(words):
        _count_number(words, at, tally)
        if _is_counter(words, at):
            continue
        for base, _ in word.senses:
            kinds = word.kinds if len(word.senses) == 1 else dict(word.senses)[base]
            if explained:
                kinds -= {"action"}
            sure |= any(kind in kinds for kind in _SURE)
            if not _count_sense(word, base, kinds, tally):
                unclear.append((base, kinds, word.text))
    spoken = tally.speech > 0
    seen = tally.visual > 0
    for base, kinds, text in unclear:
        _settle(base, kinds, text, tally, visual=seen and not spoken)
    if explained:
        tally.dismiss_persons()
    if question is not None or reading.asks:
        tally.ask("?" if question is None else question.text)
    return sure


def _count_sense(word: Word, base: str, kinds: frozenset[str], tally: Tally) -> bool:
    """Count a word by what it is evidence of; False where that depends on the others."""
    visual = _visual(kinds)
    spoken = next((kind for kind in SPEECH if kind in kinds), None)
    if word.said:
        if spoken:
            tally.count(spoken, base, word.text)
        return True
    if "sound" in kinds:
        tally.hear(base, word.text)
    if "talking" in kinds or (visual and spoken and spoken not in _SURE):
        return False
    if spoken:
        tally.count(spoken, base, word.text)
    elif visual:
        tally.count(visual, base, word.text)
        if "person" in kinds:
            tally.persons.add(base)
    return True


def _settle(base: str, kinds: frozenset[str], text: str, tally: Tally, *, visual: bool) -> None:
    """Talking is seen where other things are and nobody's words are asked for: "two women arguing in a kitchen"."""
    if visual:
        tally.count(_visual(kinds) or "action", base, text)
    else:
        tally.count(next(kind for kind in SPEECH if kind in kinds), base, text)


def _visual(kinds: frozenset[str]) -> str | None:
    if "person" in kinds:
        return "object"
    return next((kind for kind in VISUAL if kind in kinds), None)


def _is_counter(words: Sequence[Word], at: int) -> bool:
    """Whether a word only counts others: 개 after a number is no dog."""
    grammar = korean().grammar
    word = words[at]
    return (
        at > 0
        and word.korean
        and words[at - 1].form in grammar["number"]
        and not word.has("person")
        and any(form in grammar["counter"] for form in word.forms)
    )


def _count_number(words: Sequence[Word], at: int, tally: Tally) -> None:
    """A number of things that can be seen says how the picture looks."""
    word = words[at]
    if word.said or word.kinds or word.form not in (korean() if word.korean else english()).grammar["number"]:
        return
    if at and words[at - 1].form in english().grammar["question"]:  # how many
        return
    near = [*words[at + 1 : at + 3], *(words[max(at - 1, 0) : at] if word.korean else ())]
    if any(other.has("object", "person") and not other.said for other in near):
        tally.count("attribute", word.form, word.text)


def _explaining() -> frozenset[str]:
    return english().grammar["explaining"] | korean().grammar["explaining"]


def _question(reading: Reading) -> Word | None:
    """The word that asks; None if there is none."""
    words = [word for word in reading.words if not word.said]
    for word in words:
        if word.korean and any(form in korean().grammar["question"] for form in word.forms):
            return word
    if not words or words[0] is not reading.words[0]:
        return None
    grammar = english().grammar
    asks = words[0].form in grammar["question"]
    return words[0] if asks or (words[0].form in grammar["asking"] and _auxiliary_follows(words)) else None


def _auxiliary_follows(words: Sequence[Word]) -> bool:
    return len(words) > 1 and words[1].form in english().grammar["auxiliary"]

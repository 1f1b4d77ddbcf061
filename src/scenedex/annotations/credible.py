"""Which pieces of a transcript were really said. A model of speech makes up lines where it hears none, and repeats
itself where it is lost; both show in its own measures, and in the text. No list of phrases: what one film's model
invents is what another film's people say."""

import math
from collections.abc import Sequence
from itertools import groupby

from scenedex.annotations.speech import Segment

MAX_NO_SPEECH = 0.6
MIN_LOGPROB = -1.0
MAX_COMPRESSION = 2.4
"""The thresholds of Radford et al. (2022), Robust Speech Recognition via Large-Scale Weak Supervision, section 4.5."""

DOUBTFUL_NO_SPEECH = 0.3
DOUBTFUL_LOGPROB = -0.7
"""A line that comes again and again at once, and of which the model is not sure in either way, was not said."""

MAX_IN_A_ROW = 2
"""Times that the same line may follow itself; what comes after is a loop."""

MAX_NGRAM = 8
"""Words of a phrase that is looked for as a loop inside of one piece."""

LOOP_TIMES = 4
"""Times a phrase follows itself in a loop; a chorus of three is sung."""

LOOP_SHARE = 0.5
"""Share of a piece's words that a loop takes up."""

MAX_WORDS_A_SECOND = 12.0
"""Nobody speaks faster: the fastest talkers reach about 10. Below MIN_WORDS the times are too coarse to tell."""

MIN_WORDS = 8


def credible(segments: Sequence[Segment]) -> list[Segment]:
    """The segments that were probably said, in order, without those that the model made up."""
    kept: list[Segment] = []
    plausible = [segment for segment in segments if _whole(segment) and not _made_up(segment)]
    for _, run in groupby(plausible, key=lambda segment: _letters(segment.text)):
        same = list(run)
        if len(same) > MAX_IN_A_ROW:
            same = [] if all(_doubtful(segment) for segment in same) else same[:1]
        kept += same
    return kept


def _whole(segment: Segment) -> bool:
    numbers = (segment.start_s, segment.end_s, segment.avg_logprob, segment.no_speech_prob)
    return (
        all(map(math.isfinite, numbers)) and segment.end_s > segment.start_s and bool(_letters(segment.text))
    )


def _made_up(segment: Segment) -> bool:
    if segment.no_speech_prob > MAX_NO_SPEECH and segment.avg_logprob < MIN_LOGPROB:
        return True
    return segment.compression_ratio > MAX_COMPRESSION or _loops(segment.text) or _too_fast(segment)


def _doubtful(segment: Segment) -> bool:
    return segment.no_speech_prob > DOUBTFUL_NO_SPEECH or segment.avg_logprob < DOUBTFUL_LOGPROB


def _loops(text: str) -> bool:
    """Whether a phrase that follows itself LOOP_TIMES takes up much of the text."""
    words = [letters for word in text.split() if (letters := _letters(word))]
    for length in range(1, min(MAX_NGRAM, len(words) // LOOP_TIMES) + 1):
        equal = 0  # words in a row that are what stood one phrase before
        for here in range(length, len(words)):
            equal = equal + 1 if words[here] == words[here - length] else 0
            looped = equal + length
            if looped >= LOOP_TIMES * length and looped > LOOP_SHARE * len(words):
                return True
    return False


def _too_fast(segment: Segment) -> bool:
    words = len(segment.text.split())
    return words >= MIN_WORDS and words > MAX_WORDS_A_SECOND * (segment.end_s - segment.start_s)


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())

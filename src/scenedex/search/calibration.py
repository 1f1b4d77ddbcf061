"""Raw scores of a channel → how unlikely they are for an unrelated query, 0 to 1. Only these meet in fusion."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """Cosines of unrelated texts in one space, as a logistic curve."""

    even: float  #: cosine that one unrelated query in ten reaches with its nearest passage: calibrated 0.5
    scale: float  #: cosine per unit of log odds

    def calibrated(self, cosine: float) -> float:
        """0 to 1, growing with the cosine."""
        return 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, (cosine - self.even) / self.scale))))


WORDLLAMA_BACKGROUND = Background(even=0.30, scale=0.07)
"""From `python -m benchmarks.background`. For 40 queries about everyday things, the nearest of 800 unrelated passages
has a cosine of 0.20 at the median, 0.29 at the ninth decile, 0.34 at the 95th centile; the nearest of 24 unrelated
captions 0.15, 0.25 and 0.28. Of 48 paraphrases of captions 0.46 come nearer than 0.28, and 0.25 nearer than 0.40,
where unrelated queries hardly come."""

TITLE_SHARE = 0.75
"""A word that only the title has counts this much: it may be about any scene of the video."""


DESCRIPTION_SHARE = 0.75
"""And one that only the description has: a model chose the word, it may be another one's."""


def lexical_calibrated(share: float, relative: float) -> float:
    """What the words of a scene are worth: 0 (none of the query's) to 1.

    `share`: part of the query's idf mass that the scene has, 0 to 1; all words are near certainty, half of
    them (exponent 1.5) hardly a third. `relative`: its BM25 relative to the best, 0 to 1; moves a tenth.
    """
    return math.pow(share, 1.5) * (0.9 + 0.1 * relative)


def inverse_frequency(scenes: int, having: int) -> float:
    """The idf of BM25 (Robertson and Spärck Jones, as Lucene has it): > 0, greater for rarer words."""
    return math.log(1.0 + (scenes - having + 0.5) / (having + 0.5))

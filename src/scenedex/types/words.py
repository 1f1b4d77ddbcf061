"""The words of a scene as the store keeps them."""

from dataclasses import dataclass

TITLE_TF = 0.05
"""What a word of the title counts in each scene, beside 1 for each time that it is said there. It says something
about the whole video, so the scene in which it is said must come first even where it is long: 1 / (2.5 + 3.4) of
the idf at four times the mean length, against 0.05 / 0.5 for a scene of which nothing but the title is known."""

DESCRIPTION_TF = 0.3
"""What a word of a description counts, however often it stands there, beside 1 for each time that it is said: a model
chose it, nobody said it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneTerms:
    """The words of a scene as the lexical channel sees them."""

    tf: dict[str, float]
    """Term to weighted frequency: how often it is said, and TITLE_TF and DESCRIPTION_TF more where it stands there. So
    the hundredths tell where a term is from."""
    length: int  #: tokens in the scene, for the length normalisation of BM25

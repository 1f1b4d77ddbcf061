"""What a library of a million scenes holds: vectors and words, drawn at random but not from a ball.

In a ball no vector is nearer than another, and neither models nor HNSW behave as there. The vector of a picture is

    0.6 · all pictures + 0.35 · its topic + 0.45 · its video + 0.4 · its scene + 0.3 · its keyframe + 0.15 · noise

Topics are the query encoder's own embeddings of phrases ("red car"), so that words find pictures over the gap that
trained models have: cosine about 0.36 with a picture of the topic, 0 with others. Video, scene and keyframe lie in a
space of 64 dimensions whose variance falls as 1/k: keyframes of a scene have a cosine of about 0.9, scenes of a video
0.6, strangers 0.4. Sounds are drawn likewise. What is said are words of wordllama's vocabulary by Zipf's law, a
third of them from the 60 words of the video; each line is embedded by wordllama itself. Three scenes in ten are silent.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scenedex.demo.draw.colours import COLOURS
from scenedex.demo.draw.things import THINGS
from scenedex.embeddings.encoder import TextEncoder
from scenedex.embeddings.wordllama import WordLlamaEncoder
from scenedex.types import Vectors

SCENES_PER_VIDEO = 100
LATENT = 64
WORDS_OF_VIDEO = 60
LONGEST_LINE = 14
SILENT = 0.3

TOPICS = [f"{colour} {thing}" for thing in sorted(THINGS) for colour in sorted(COLOURS)]
SOUNDS = [
    f"{how} {what}"
    for what in (
        "siren", "applause", "thunder", "rain", "barking", "laughter", "engine", "whistle", "bell", "drum", "guitar",
        "piano", "crowd", "wind", "waves", "footsteps", "crying", "singing", "knocking", "explosion",
    )
    for how in ("loud", "quiet", "distant", "sudden", "long")
]  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Senses:
    """The encoders of queries, with the spaces in which pictures, sounds and words lie."""

    sight: TextEncoder
    hearing: TextEncoder
    words: WordLlamaEncoder


class Drawn:
    """The vectors and words of any chunk: the same each time."""

    def __init__(self, senses: Senses) -> None:
        self._topics = {
            "visual": embedded(senses.sight, TOPICS),
            "audio": embedded(senses.hearing, SOUNDS),
        }
        self._words = senses.words
        self.vocabulary = vocabulary(senses.words)
        random = np.random.default_rng(5)
        self._basis = {
            kind: random.standard_normal((LATENT, topics.shape[1]), np.float32)
            / np.sqrt(
                topics.shape[1] * np.arange(1, LATENT + 1)[:, None] * np.sum(1 / np.arange(1, LATENT + 1))
            )
            for kind, topics in self._topics.items()
        }
        self._shared = {
            kind: unit(random.standard_normal(topics.shape[1], np.float32))
            for kind, topics in self._topics.items()
        }
        chances = 1 / (np.arange(len(self.vocabulary)) + 2.7)
        self._zipf = np.cumsum(chances / chances.sum())

    def pictures(self, first: int, count: int, keyframes: int) -> Vectors:
        """Those of scenes from `first` on, (count · keyframes, dim)."""
        return self._seen("visual", first, count, keyframes)

    def sounds(self, first: int, count: int) -> Vectors:
        """One a scene, (count, dim)."""
        return self._seen("audio", first, count, 1)

    def _seen(self, kind: str, first: int, count: int, each: int) -> Vectors:
        topics, basis = self._topics[kind], self._basis[kind]
        random = np.random.default_rng([6, first, each])
        videos = -(-count // SCENES_PER_VIDEO)
        of_video = np.repeat(np.arange(videos), SCENES_PER_VIDEO)[:count]
        own = random.integers(0, len(topics), (videos, 12))
        topic = topics[own[of_video, random.integers(0, 12, count)]]

        def latent(rows: int) -> Vectors:
            return random.standard_normal((rows, LATENT), np.float32) @ basis

        scene = (
            0.6 * self._shared[kind] + 0.35 * topic + 0.45 * latent(videos)[of_video] + 0.4 * latent(count)
        )
        made = np.repeat(scene, each, axis=0) + 0.3 * latent(count * each)
        noise = random.standard_normal(made.shape, np.float32)
        return unit(made + 0.15 / np.sqrt(made.shape[1]) * noise)

    def lines(self, first: int, count: int) -> list[np.ndarray]:
        """What is said in each scene, as places in the vocabulary; empty where nothing is."""
        random = np.random.default_rng([7, first])
        videos = -(-count // SCENES_PER_VIDEO)
        own = random.integers(300, len(self.vocabulary), (videos, WORDS_OF_VIDEO))
        of_video = np.repeat(np.arange(videos), SCENES_PER_VIDEO)[:count]
        words = np.searchsorted(self._zipf, random.random((count, LONGEST_LINE)))
        topical = own[of_video[:, None], random.integers(0, WORDS_OF_VIDEO, (count, LONGEST_LINE))]
        words = np.where(random.random(words.shape) < 1 / 3, topical, words)
        lengths = np.where(random.random(count) < SILENT, 0, random.integers(4, LONGEST_LINE + 1, count))
        return [line[:length] for line, length in zip(words, lengths, strict=True)]

    def said(self, line: np.ndarray) -> str:
        """The words of a line."""
        return " ".join(map(self.vocabulary.__getitem__, line))

    def passages(self, lines: Sequence[np.ndarray]) -> Vectors:
        """Embeddings of lines that are not empty."""
        return embedded(self._words, [self.said(line) for line in lines])


def embedded(encoder: TextEncoder, texts: Sequence[str]) -> Vectors:
    """One unit vector a text, (n, dim)."""
    return np.stack([vector for vector in encoder.embed(texts) if vector is not None])


def unit(vectors: np.ndarray) -> np.ndarray:
    """The same at length 1."""
    return (vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)).astype(np.float32)


def vocabulary(words: WordLlamaEncoder) -> list[str]:
    """Words of wordllama's tokenizer, the frequent ones first: their numbers go by frequency."""
    known = sorted(words._model()[0].get_vocab().items(), key=lambda item: item[1])
    plain = [token[1:] for token, _ in known if token.startswith("▁") and token[1:].isascii()]
    return [word for word in plain if len(word) > 2 and word.isalpha() and word.islower()]

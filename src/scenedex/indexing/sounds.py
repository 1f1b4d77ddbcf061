"""Sound → embeddings of windows, a few a scene."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from scenedex.embeddings.protocols import AudioEncoder
from scenedex.indexing.reading import Reading
from scenedex.indexing.words import Span
from scenedex.types import EmbeddingDraft, Space, Waveform

AT_ONCE = 8
SILENCE = 1e-3
"""Root mean square below which a window (full scale 1) is silence: -60 dB."""

SHORTEST_S = 0.2
"""A window shorter than this holds no sound that could be named; it is left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """An encoder of sound, and its space as the store knows it."""

    encoder: AudioEncoder
    space: Space


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A part of a scene that is heard at once."""

    scene_index: int
    ordinal: int
    start_s: float
    end_s: float


def sound_embeddings(
    reading: Reading, spans: Iterable[Span], hearing: Hearing | None
) -> dict[int, tuple[EmbeddingDraft, ...]]:
    """Space id to the embeddings of every window; empty without an encoder or without sound.

    A silent window, and one that cannot be embedded, is a row with its error. The spans may still be coming: each is
    heard when it is there. Raises MediaError.
    """
    if hearing is None or not reading.info.audio:
        return {}
    encoder = hearing.encoder
    blocks = reading.sound(encoder.sample_rate)
    drafts: list[EmbeddingDraft] = []
    pieces = cut(blocks, windows(spans, encoder.window_s), encoder.sample_rate)
    while several := list(islice(pieces, AT_ONCE)):
        drafts += _heard(several, encoder)
    return {hearing.space.id: tuple(drafts)}


def windows(spans: Iterable[Span], window_s: float) -> Iterator[Window]:
    """Each scene in equal parts of `window_s` at most."""
    for index, (start_s, end_s) in enumerate(spans):
        parts = max(1, math.ceil((end_s - start_s) / window_s))
        edges = [start_s + (end_s - start_s) * part / parts for part in range(parts + 1)]
        for part in range(parts):
            if edges[part + 1] - edges[part] >= SHORTEST_S:
                yield Window(scene_index=index, ordinal=part, start_s=edges[part], end_s=edges[part + 1])


def cut(blocks: Iterable[Waveform], wanted: Iterable[Window], rate: int) -> Iterator[tuple[Window, Waveform]]:
    """The samples of each window, out of blocks that follow one another; windows after the sound's end fall out."""
    held = np.empty(0, dtype=np.float32)
    first = 0  # number of the sample held[0]
    source = iter(blocks)
    for window in wanted:
        start, end = round(window.start_s * rate), round(window.end_s * rate)
        while first + len(held) < end and (block := next(source, None)) is not None:
            passed = min(max(start - first, 0), len(held))
            held = np.concatenate([held[passed:], block])
            first += passed
        samples = held[max(0, start - first) : max(0, end - first)]
        if len(samples):
            yield window, samples


def _heard(several: Sequence[tuple[Window, Waveform]], encoder: AudioEncoder) -> list[EmbeddingDraft]:
    loud = [(window, samples) for window, samples in several if _rms(samples) >= SILENCE]
    embedded = iter(encoder.embed_sounds([samples for _, samples in loud]))
    made = []
    for window, samples in several:
        embedding = next(embedded) if _rms(samples) >= SILENCE else None
        made.append(
            EmbeddingDraft(
                scene_index=window.scene_index,
                ordinal=window.ordinal,
                t_s=window.start_s,
                vector=embedding.vector if embedding else None,
                metadata=embedding.metadata if embedding else {"error": "Silence: there is nothing to hear."},
            )
        )
    return made


def _rms(samples: Waveform) -> float:
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64))))

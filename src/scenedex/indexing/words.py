"""Captions and names → what the word channels keep of each scene: terms, and embeddings of passages."""

import time
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import PurePath

from scenedex.embeddings.encoder import TextEncoder
from scenedex.embeddings.passages import passages
from scenedex.embeddings.terms import scene_terms
from scenedex.errors import EncoderError
from scenedex.types import Caption, Description, EmbeddingDraft, SceneTerms, Vector

Span = tuple[float, float]
"""Start and end of a scene in seconds."""

MAX_CAPTION_S = 600.0
"""A caption that claims to stand longer is cut here, so that a hostile file cannot put each line into each scene."""

ENCODE_AT_ONCE = 256
"""Passages handed to the encoder in one call; bounds memory on a video with a hundred thousand lines."""


def within(captions: Sequence[Caption], duration_s: float) -> tuple[Caption, ...]:
    """The captions that begin before the video ends, none longer than MAX_CAPTION_S, counted anew."""
    counters: defaultdict[tuple[str, str | None], count[int]] = defaultdict(count)
    return tuple(
        replace(
            c,
            end_s=min(c.end_s, c.start_s + MAX_CAPTION_S),
            index=next(counters[c.origin, c.language]),
        )
        for c in captions
        if c.start_s < duration_s
    )


def captions_by_scene(spans: Sequence[Span], captions: Sequence[Caption]) -> list[list[Caption]]:
    """For each scene the captions that touch it, by start; one that straddles a cut touches both sides.

    The spans follow one another without gap, as the scenes of a video do.
    """
    ends = [end_s for _, end_s in spans]
    touching: list[list[Caption]] = [[] for _ in spans]
    for caption in sorted(captions, key=lambda c: (c.start_s, c.end_s)):
        index = bisect_right(ends, caption.start_s)
        while index < len(spans) and (spans[index][0] < caption.end_s or spans[index][0] <= caption.start_s):
            touching[index].append(caption)
            index += 1
    return touching


def terms_of_scenes(
    spans: Sequence[Span],
    captions: Sequence[Caption],
    names: Sequence[str],
    described: Mapping[int, Description] | None = None,
) -> tuple[SceneTerms, ...]:
    """One SceneTerms a scene. `names` are the paths of the video, whose file names and titles are words too;
    `described` has the descriptions of scenes by their index."""
    spoken = dict(enumerate(captions_by_scene(spans, captions)))
    return tuple(terms_of_some(spoken, names, described or {}).values())


def terms_of_some(
    spoken: Mapping[int, Sequence[Caption]], names: Sequence[str], described: Mapping[int, Description]
) -> dict[int, SceneTerms]:
    """The same for some scenes: index to what is said in each."""
    titles = sorted({PurePath(name).name for name in names})
    return {
        index: scene_terms(
            [c.text for c in said], titles, described[index].texts() if index in described else ()
        )
        for index, said in spoken.items()
    }


def transcript_embeddings(
    spans: Sequence[Span], captions: Sequence[Caption], encoder: TextEncoder
) -> tuple[EmbeddingDraft, ...]:
    """Embeddings of every scene's passages, in order. Where the encoder fails, its error stands in their place; a
    passage that it has no words for leaves nothing."""
    return embeddings_of_some(spans, dict(enumerate(captions_by_scene(spans, captions))), encoder)


def embeddings_of_some(
    spans: Sequence[Span], spoken: Mapping[int, Sequence[Caption]], encoder: TextEncoder
) -> tuple[EmbeddingDraft, ...]:
    """The same for some scenes: index to what is said in each. `spans` are those of all."""
    places: list[tuple[int, int, float]] = []
    texts: list[str] = []
    for index, said in spoken.items():
        start_s, end_s = spans[index]
        for ordinal, (t_s, text) in enumerate(passages(said, start_s, end_s)):
            places.append((index, ordinal, t_s))
            texts.append(text)
    drafts: list[EmbeddingDraft] = []
    for first in range(0, len(texts), ENCODE_AT_ONCE):
        block = slice(first, first + ENCODE_AT_ONCE)
        drafts += _embedded(places[block], texts[block], encoder)
    return tuple(drafts)


def _embedded(
    places: Sequence[tuple[int, int, float]], texts: Sequence[str], encoder: TextEncoder
) -> list[EmbeddingDraft]:
    began = time.perf_counter()
    error = None
    vectors: Sequence[Vector | None] = [None] * len(texts)
    try:
        vectors = encoder.embed(texts)
    except EncoderError as exc:
        error = str(exc)
    metadata = {
        "model_name": encoder.space.model,
        "embed_dim": encoder.space.dim,
        "normalized": True,
        "device": "cpu",
        "inference_time_ms": round((time.perf_counter() - began) * 1000 / len(texts), 3),
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    return [
        EmbeddingDraft(
            scene_index=index,
            ordinal=ordinal,
            t_s=t_s,
            vector=vector,
            metadata={**metadata, "error": error} if error else metadata,
        )
        for (index, ordinal, t_s), vector in zip(places, vectors, strict=True)
        if vector is not None or error
    ]

"""Values to store."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np

from scenedex.types import (
    Caption,
    EmbeddingDraft,
    MediaInfo,
    SceneRecord,
    SceneTerms,
    Space,
    StoredKeyframe,
    Vector,
    VideoRecord,
    VideoTrack,
)

TEXT = Space(name="tiny-text", model="tiny", revision="1", modality="text", dim=8)

INFO = MediaInfo(
    container="matroska,webm",
    size_bytes=1234,
    start_s=0.0,
    duration_s=40.0,
    video=VideoTrack(
        index=0,
        codec="h264",
        width=640,
        height=360,
        coded_width=640,
        coded_height=360,
        frame_rate=Fraction(30000, 1001),
        rotation=0,
        hdr=False,
    ),
)


def unit(seed: int, dim: int = 8) -> Vector:
    """A random unit vector."""
    vector = np.random.default_rng(seed).standard_normal(dim).astype(np.float32)
    return vector / np.linalg.norm(vector)


def scene(index: int, length_s: float = 10.0) -> SceneRecord:
    return SceneRecord(
        index=index,
        start_s=index * length_s,
        end_s=(index + 1) * length_s,
        keyframes=(
            StoredKeyframe(t_s=index * length_s, quality=0.5, width=384, height=216, object_key=f"k{index}a"),
            StoredKeyframe(
                t_s=index * length_s + 5, quality=0.75, width=384, height=216, object_key=f"k{index}b"
            ),
        ),
        thumbnail_key=f"t{index}",
    )


def caption(start_s: float, end_s: float, text: str, index: int = 0, **more: Any) -> Caption:
    return Caption(start_s=start_s, end_s=end_s, text=text, index=index, **{"origin": "embedded", **more})


def words(text: str) -> SceneTerms:
    """The terms of a text as they stand."""
    split = text.split()
    return SceneTerms(tf={word: float(split.count(word)) for word in split}, length=len(split))


def record(
    content_hash: str = "aa", texts: Sequence[str] = ("red car", "blue bus", "green tree"), **more: Any
) -> VideoRecord:
    """A video with one scene, one caption and one set of terms for each text."""
    made = VideoRecord(
        content_hash=content_hash,
        title=f"{content_hash}.mkv",
        info=INFO,
        duration_s=10.0 * len(texts),
        scenes=tuple(scene(index) for index in range(len(texts))),
        captions=tuple(
            caption(10 * i + 1, 10 * i + 4, text, i, language="en") for i, text in enumerate(texts)
        ),
        terms=tuple(words(text) for text in texts),
        embeddings={},
        recipe="adaptive:1",
        sidecars="",
    )
    return replace(made, **more)


def embeddings(vectors: Sequence[Vector | None], per_scene: int = 1) -> tuple[EmbeddingDraft, ...]:
    """One draft a vector, `per_scene` to each scene in turn; None gives a failure."""
    return tuple(
        EmbeddingDraft(
            scene_index=number // per_scene,
            ordinal=number % per_scene,
            t_s=10.0 * (number // per_scene) + number % per_scene,
            vector=vector,
            metadata={"model_name": "tiny"} if vector is not None else {"error": "Timeout after 2 s"},
        )
        for number, vector in enumerate(vectors)
    )

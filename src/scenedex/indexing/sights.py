"""Keyframes → embeddings, in batches, while the decoder works on.

A wide picture that its network sees in parts has an embedding for each part: what stands at its edge is then found
more often than by one for the whole (`python -m benchmarks wide`).
"""

from collections import defaultdict, deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import count
from types import TracebackType
from typing import Self

from scenedex.embeddings.protocols import Embedding, ImageEncoder
from scenedex.embeddings.watching import EncoderRun, Ending, Watcher, ignore
from scenedex.errors import EncoderPausedError, EncoderTimeoutError
from scenedex.types import EmbeddingDraft, Space, StoredKeyframe

BATCH = 16
"""Keyframes that are handed on together, of as many scenes as it takes."""

MAX_WAITING = 3
"""Batches that may wait for the encoder; a decoder that is faster waits then, so that memory stays bounded."""

Place = tuple[int, StoredKeyframe]
"""Scene index, and the keyframe."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """An encoder of pictures, and its space as the store knows it."""

    encoder: ImageEncoder
    space: Space
    watch: Watcher = ignore  #: told of each picture


class Looking:
    """Takes the keyframes of one video as they come, and has all their embeddings in the end."""

    def __init__(self, *sights: Sight | None) -> None:
        self._sights = [sight for sight in sights if sight is not None]
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="look")
        self._batch: list[tuple[Place, bytes]] = []
        self._waiting: deque[Future[list[list[EmbeddingDraft]]]] = deque()
        self._drafts: list[list[EmbeddingDraft]] = [[] for _ in self._sights]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(cancel_futures=True)

    def give(self, scene_index: int, keyframes: Sequence[tuple[StoredKeyframe, bytes]]) -> None:
        """The keyframes of a scene, each with its encoded picture."""
        if not self._sights:
            return
        for keyframe, picture in keyframes:
            self._batch.append(((scene_index, keyframe), picture))
            if len(self._batch) == BATCH:
                self._send()

    def finish(self) -> None:
        """All keyframes were given: the last ones need not wait for others."""
        self._send()

    def embeddings(self) -> dict[int, tuple[EmbeddingDraft, ...]]:
        """Space id to the embeddings of all that was given; empty without an encoder. Waits for them."""
        self._send()
        while self._waiting:
            self._take()
        return {
            sight.space.id: counted(drafts) for sight, drafts in zip(self._sights, self._drafts, strict=True)
        }

    def _send(self) -> None:
        if self._batch:
            if len(self._waiting) == MAX_WAITING:
                self._take()
            self._waiting.append(self._pool.submit(self._look, self._batch))
            self._batch = []

    def _take(self) -> None:
        for drafts, made in zip(self._drafts, self._waiting.popleft().result(), strict=True):
            drafts.extend(made)

    def _look(self, batch: Sequence[tuple[Place, bytes]]) -> list[list[EmbeddingDraft]]:
        return [looked_at(sight.encoder, batch, sight.watch) for sight in self._sights]


def looked_at(
    encoder: ImageEncoder, batch: Sequence[tuple[Place, bytes]], watch: Watcher = ignore
) -> list[EmbeddingDraft]:
    """The embeddings of these pictures, in order; `counted` gives them their places in their scenes."""
    seen = encoder.embed_views([picture for _, picture in batch])
    first = 0 if getattr(encoder, "whole_first", False) else 1
    for parts in seen:
        watch(_run(parts))
    return [
        EmbeddingDraft(
            scene_index=index,
            ordinal=0,  # counted when all are there
            t_s=keyframe.t_s,
            vector=part.vector,
            metadata={
                **part.metadata,
                "frame_path": keyframe.object_key,
                "frame_quality": round(keyframe.quality, 4),
            },
            region=number if len(parts) > 1 else 0,
        )
        for ((index, keyframe), _), parts in zip(batch, seen, strict=True)
        for number, part in enumerate(parts, start=first)
    ]


def _run(parts: Sequence[Embedding]) -> EncoderRun:
    error = next((part.error for part in parts if part.error is not None), None)
    ending: Ending = "done"
    if error is not None:
        kinds: dict[type[Exception], Ending] = {EncoderTimeoutError: "timeout", EncoderPausedError: "paused"}
        ending = kinds.get(type(error), "failed")
    took_ms = sum(float(part.metadata.get("inference_time_ms", 0.0)) for part in parts)
    return EncoderRun(task="picture", modality="visual", ending=ending, seconds=took_ms / 1000)


def counted(drafts: Sequence[EmbeddingDraft]) -> tuple[EmbeddingDraft, ...]:
    """The drafts with their place in the scene."""
    counters: defaultdict[int, count[int]] = defaultdict(count)
    return tuple(replace(draft, ordinal=next(counters[draft.scene_index])) for draft in drafts)

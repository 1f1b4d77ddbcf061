"""The sound of a video → embeddings, while its pictures are still being looked at."""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import Self

from scenedex.indexing.reading import Decoder, Reading
from scenedex.indexing.sounds import Hearing, sound_embeddings
from scenedex.indexing.words import Span
from scenedex.types import EmbeddingDraft, Limits

LONG_S = 60.0
"""The sound of a shorter video is read after its pictures: a second reader would cost more than it saves."""

Heard = dict[int, tuple[EmbeddingDraft, ...]]


class Listening:
    """Hears one video, a scene as soon as it is found: a long one by a reader of its own beside its pictures'."""

    def __init__(self, hearing: Hearing | None, decoder: Decoder, path: Path, limits: Limits) -> None:
        self._hearing, self._decoder, self._path, self._limits = hearing, decoder, path, limits
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="hear")
        self._spans: SimpleQueue[Span | None] = SimpleQueue()
        self._given_up = threading.Event()
        self._heard: Future[Heard] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._given_up.set()
        self._spans.put(None)
        self._pool.shutdown(cancel_futures=True)

    def begin(self, reading: Reading) -> None:
        """The pictures of the video are about to be read; `reading` knows what else it has."""
        long = (reading.info.duration_s or 0.0) >= LONG_S and reading.info.video is not None
        if self._hearing is not None and reading.info.audio and long:
            self._heard = self._pool.submit(self._hear, self._hearing)

    def found(self, span: Span) -> None:
        """The next scene."""
        if self._heard is not None:
            self._spans.put(span)

    def embeddings(self, reading: Reading, spans: Sequence[Span]) -> Heard:
        """Space id to the embeddings of all sound; waits for them. `spans`: of all scenes. Raises MediaError."""
        if self._heard is None:
            return sound_embeddings(reading, spans, self._hearing)
        self._spans.put(None)
        return self._heard.result()

    def _hear(self, hearing: Hearing) -> Heard:
        with self._decoder.reading(self._path, self._limits) as reading:
            return sound_embeddings(reading, self._coming(), hearing)

    def _coming(self) -> Iterator[Span]:
        while (span := self._spans.get()) is not None and not self._given_up.is_set():
            yield span

"""Videos whose scenes have kept pictures and no embeddings, and an encoder whose failures are chosen."""

import hashlib
import io
from collections.abc import Sequence
from uuid import UUID

import numpy as np
from PIL import Image
from tests.integration.store.records import record, scene

from scenedex.embeddings.protocols import Embedding
from scenedex.errors import EncoderError, EncoderTimeoutError
from scenedex.indexing.checkpoint import now
from scenedex.store.database import Database
from scenedex.store.objects import ObjectStore
from scenedex.store.videos import write_video
from scenedex.types import SceneRecord, Space, StoredKeyframe

VISUAL = Space(name="eyes@1", model="eyes", revision="1", modality="visual", dim=8)
MISSING = "00/00/" + 64 * "0" + ".jpg"


def drawn(number: int, size: tuple[int, int] = (64, 48)) -> bytes:
    """A picture that no other number gives."""
    pixels = np.random.default_rng(number).integers(0, 255, (6, 8, 3), dtype=np.uint8)
    made = io.BytesIO()
    Image.fromarray(pixels).resize(size).save(made, "jpeg")
    return made.getvalue()


def scenes(objects: ObjectStore, first: int, count: int) -> tuple[SceneRecord, ...]:
    """Scenes with one to three keyframes and a thumbnail each."""
    made = []
    for index in range(count):
        keyframes = tuple(
            StoredKeyframe(
                t_s=10.0 * index + ordinal,
                quality=0.5 + ordinal / 10,
                width=64,
                height=48,
                object_key=objects.put(drawn(first + 10 * index + ordinal)),
            )
            for ordinal in range(1 + index % 3)
        )
        made.append(
            SceneRecord(
                index=index,
                start_s=10.0 * index,
                end_s=10.0 * index + 10,
                keyframes=keyframes,
                thumbnail_key=objects.put(drawn(first + 10 * index + 9)),
            )
        )
    return tuple(made)


def put_video(database: Database, owner: UUID, content: str, made: Sequence[SceneRecord]) -> UUID:
    with database.transaction(owner) as tx:
        return write_video(tx, record(content, ("x",) * len(made), scenes=tuple(made), captions=(), terms=()))


def bare(index: int, **more: object) -> SceneRecord:
    """A scene without a picture."""
    made = scene(index)
    return SceneRecord(
        index=index,
        start_s=made.start_s,
        end_s=made.end_s,
        **{"keyframes": (), "thumbnail_key": None, **more},
    )


class Eyes:
    """Sees each picture as a vector made from its bytes; what is in `blind` fails."""

    def __init__(self, parts: int = 1) -> None:
        self.space = VISUAL
        self.parts = parts
        self.blind: set[bytes] = set()
        self.slow: set[bytes] = set()
        self.broken: EncoderError | None = None
        self.seen: list[bytes] = []

    def embed_pictures(self, pictures: Sequence[object]) -> list[Embedding]:
        return [self._embedding(b"", 0)] * len(pictures)

    def embed_views(self, pictures: Sequence[bytes]) -> list[tuple[Embedding, ...]]:
        self.seen += pictures
        return [tuple(self._embedding(p, part) for part in range(self.parts)) for p in pictures]

    def _embedding(self, picture: bytes, part: int) -> Embedding:
        error = self.broken
        if picture in self.blind:
            error = EncoderError("This picture hurts.")
        if picture in self.slow:
            error = EncoderTimeoutError()
        said = f"{type(error).__name__}: {error}" if error else None
        metadata = {"model_name": "eyes", "created_at": now(), "error": said}
        if error:
            return Embedding(vector=None, error=error, metadata=metadata)
        seed = int.from_bytes(hashlib.sha256(picture).digest()[:4], "big") + part
        vector = np.random.default_rng(seed).standard_normal(8).astype(np.float32)
        return Embedding(vector=vector / np.linalg.norm(vector), metadata=metadata)

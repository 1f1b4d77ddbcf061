"""Keyframes become embeddings: each part of a wide picture has its own."""

from collections.abc import Sequence

import numpy as np

from scenedex.embeddings.protocols import Embedding
from scenedex.errors import PictureError
from scenedex.indexing.sights import BATCH, Looking, Sight
from scenedex.types import Pixels, Space, StoredKeyframe

SPACE = Space(name="parts", model="parts", revision="1", modality="visual", dim=2, id=7)


def at(t_s: float) -> StoredKeyframe:
    return StoredKeyframe(t_s=t_s, quality=0.5, width=854, height=480, object_key=f"key of {t_s:g}")


class Parts:
    """Sees a picture in as many parts as its bytes; an empty one cannot be read."""

    space = SPACE

    def embed_pictures(self, pictures: Sequence[Pixels | bytes]) -> list[Embedding]:
        return [parts[0] for parts in self.embed_views(pictures)]

    def embed_views(self, pictures: Sequence[Pixels | bytes]) -> list[tuple[Embedding, ...]]:
        return [self._parts(bytes(picture)) for picture in pictures]

    def _parts(self, picture: bytes) -> tuple[Embedding, ...]:
        if not picture:
            error = PictureError("broken")
            return (Embedding(vector=None, error=error, metadata={"error": str(error)}),)
        return tuple(Embedding(vector=np.array([1, part], np.float32)) for part in range(len(picture)))


def test_parts_are_regions_and_counted_within_their_scene() -> None:
    with Looking(Sight(encoder=Parts(), space=SPACE)) as looking:
        looking.give(0, [(at(0.5), b"ab"), (at(1.5), b"a")])
        looking.give(1, [(at(4.0), b""), (at(5.0), b"ab")])
        drafts = looking.embeddings()[7]
    assert [(d.scene_index, d.ordinal, d.t_s, d.region) for d in drafts] == [
        (0, 0, 0.5, 1), (0, 1, 0.5, 2), (0, 2, 1.5, 0), (1, 0, 4.0, 0), (1, 1, 5.0, 1), (1, 2, 5.0, 2),
    ]  # fmt: skip
    assert [d.vector is None for d in drafts] == [False, False, False, True, False, False]
    assert drafts[3].metadata["error"] == "broken"
    assert [d.metadata["frame_path"] for d in drafts[:3]] == ["key of 0.5", "key of 0.5", "key of 1.5"]


def test_ordinals_go_on_from_batch_to_batch() -> None:
    with Looking(Sight(encoder=Parts(), space=SPACE)) as looking:
        looking.give(3, [(at(k), b"ab") for k in range(2 * BATCH + 1)])
        drafts = looking.embeddings()[7]
    assert [d.ordinal for d in drafts] == list(range(4 * BATCH + 2))


def test_without_an_encoder_nothing_is_made() -> None:
    with Looking(None) as looking:
        looking.give(0, [(at(0.0), b"a")])
        assert looking.embeddings() == {}

"""Pictures in parts."""

import io
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from scenedex.embeddings.protocols import Embedding
from scenedex.embeddings.tiles import BOXES, LAYOUT, PartsEncoder, grid, pixels_in, squares
from scenedex.errors import PictureError
from scenedex.types import Pixels, Space

SPACE = Space(name="eyes@1", model="eyes", revision="1", modality="visual", dim=3, id=7, state="building")


class Means:
    """Sees the mean colour; bytes are what it cannot read."""

    space = SPACE

    def embed_pictures(self, pictures: Sequence[Pixels | bytes]) -> list[Embedding]:
        return [
            Embedding(vector=None, error=PictureError(), metadata={"error": "broken"})
            if isinstance(each, bytes)
            else Embedding(
                vector=each.reshape(-1, 3).mean(axis=0).astype(np.float32), metadata={"seen": True}
            )
            for each in pictures
        ]

    def embed_views(self, pictures: Sequence[Pixels | bytes]) -> list[tuple[Embedding, ...]]:
        raise AssertionError("a part is one vector")


@given(share=st.floats(0.2, 1.0), overlap=st.floats(0.0, 0.6), aspect=st.floats(0.4, 2.5))
def test_tiles_cover_the_picture_and_overlap_as_said(share: float, overlap: float, aspect: float) -> None:
    for boxes in (grid(share, overlap), squares(aspect, share, overlap)):
        for low, high in ((0, 2), (1, 3)):
            sides = sorted({(round(box[low], 9), round(box[high], 9)) for box in boxes})
            assert sides[0][0] == pytest.approx(0, abs=1e-9)
            assert sides[-1][1] == pytest.approx(1)
            for before, after in pairwise(sides):
                length = before[1] - before[0]
                assert before[1] - after[0] >= length * overlap - 1e-6
    tile = squares(aspect, share)[0]
    assert (tile[2] - tile[0]) * aspect == pytest.approx(tile[3] - tile[1])


def test_the_layout_is_the_whole_and_four_corners_of_two_thirds() -> None:
    assert BOXES[0] == (0.0, 0.0, 1.0, 1.0)
    assert [tuple(round(side, 2) for side in box) for box in BOXES[1:]] == [
        (0, 0, 0.67, 0.67), (0.33, 0, 1, 0.67), (0, 0.33, 0.67, 1), (0.33, 0.33, 1, 1)
    ]  # fmt: skip


def test_each_part_is_embedded_and_says_its_rectangle() -> None:
    picture = np.zeros((60, 90, 3), np.uint8)
    picture[40:, 60:] = 255  # the lower right ninth
    parts = PartsEncoder(Means())
    (seen,) = parts.embed_views([picture])
    assert [one.metadata["box"] for one in seen] == [[round(side, 6) for side in box] for box in BOXES]
    assert all(one.metadata["seen"] for one in seen)
    light = [float(one.vector[0]) for one in seen if one.vector is not None]
    assert light == pytest.approx([255 / 9, 0, 0, 0, 255 / 4])
    assert parts.space == Space(
        name=f"eyes@1:parts-{LAYOUT}",
        model="eyes",
        revision="1",
        modality="region",
        dim=3,
        id=0,
        state="live",
    )


def test_a_picture_that_cannot_be_read_fails_alone() -> None:
    file = io.BytesIO()
    Image.new("RGB", (30, 20), (10, 20, 30)).save(file, "PNG")
    broken, whole = PartsEncoder(Means()).embed_views([b"no picture", file.getvalue()])
    assert [one.vector for one in broken] == [None]
    assert isinstance(broken[0].error, PictureError)
    assert len(whole) == len(BOXES)
    assert all(one.vector is not None for one in whole)


@given(
    box=st.tuples(*[st.floats(0, 1)] * 4),
    size=st.tuples(st.integers(1, 40), st.integers(1, 40)),
)
def test_a_part_has_a_pixel_at_least(box: tuple[float, float, float, float], size: tuple[int, int]) -> None:
    left, right = sorted((box[0], box[2]))
    top, bottom = sorted((box[1], box[3]))
    picture = np.zeros((*size, 3), np.uint8)
    part = pixels_in(picture, (left, top, right, bottom))
    assert part.shape[0] >= 1
    assert part.shape[1] >= 1

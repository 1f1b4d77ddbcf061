"""Reading pictures with the real networks. Skipped where the extra `ocr` is not installed."""

import sys

import numpy as np
import pytest
from PIL import Image
from tests.media import shared_media

from scenedex.annotations.screen_text import LEAST_SCORE, ScreenReader, _on_ground
from scenedex.demo.draw.lettering import lettering
from scenedex.embeddings.images import decode
from scenedex.errors import AnnotationError, NotInstalledError
from scenedex.types import Pixels


@pytest.fixture(scope="module")
def reader() -> ScreenReader:
    pytest.importorskip("rapidocr", reason="the extra `ocr` is not installed")
    return ScreenReader()


def board(
    *signs: tuple[str, tuple[int, int]], size: tuple[int, int] = (682, 384), height: int = 26
) -> Pixels:
    picture = Image.new("RGB", size, (70, 110, 90))
    for text, at in signs:
        sign = lettering(text, height, (255, 255, 255), (20, 30, 90))
        picture.paste(sign, at, sign)
    return np.asarray(picture)


def test_lines_come_in_reading_order_with_their_place(reader: ScreenReader) -> None:
    signs = (("Tickets", (420, 60)), ("Bakery", (60, 62)), ("Closed on Monday", (60, 250)))
    lines = reader.read(board(*signs))
    assert [line.text.casefold() for line in lines] == ["bakery", "tickets", "closed on monday"]
    left, top, right, bottom = lines[0].box
    assert 0.05 < left < right < 0.5
    assert 0.1 < top < bottom < 0.4
    assert all(line.score >= LEAST_SCORE for line in lines)


def test_pictures_without_writing_give_nothing(reader: ScreenReader) -> None:
    assert reader.read(np.full((384, 682, 3), 90, dtype=np.uint8)) == ()
    assert reader.read(np.random.default_rng(0).integers(0, 256, (240, 320, 3), dtype=np.uint8)) == ()


@pytest.mark.parametrize("shape", [(1, 1), (1, 5000), (5000, 3), (15, 15), (16, 16), (16, 3000), (3000, 16)])
def test_odd_shapes(reader: ScreenReader, shape: tuple[int, int]) -> None:
    assert reader.read(np.zeros((*shape, 3), dtype=np.uint8)) == ()


def test_a_huge_picture_is_read(reader: ScreenReader) -> None:
    (line,) = reader.read(board(("ENTRANCE", (900, 700)), size=(5000, 3000), height=200))
    assert line.text.casefold() == "entrance"


def test_a_photograph_of_a_whiteboard(reader: ScreenReader) -> None:
    photo = shared_media("photos") / "Whiteboard--1280x854.jpg"
    words = " ".join(line.text for line in reader.read(decode(photo.read_bytes()))).casefold()
    assert "design" in words


def test_what_is_no_picture_fails_alone(reader: ScreenReader) -> None:
    with pytest.raises(AnnotationError, match="cannot be read"):
        reader.read(np.zeros((64, 64, 3), dtype=np.complex128))  # type: ignore[arg-type]
    assert reader.read(board(("BAKERY", (100, 100))))


def test_thin_pictures_are_set_on_a_ground() -> None:
    thin = np.full((20, 1000, 3), 7, dtype=np.uint8)
    ground = _on_ground(thin)
    assert ground.shape == (125, 1000, 3)
    assert (ground[:20] == 7).all()
    assert (ground[20:] == 128).all()
    assert _on_ground(thin.transpose(1, 0, 2)).shape == (1000, 125, 3)
    whole = np.zeros((100, 200, 3), dtype=np.uint8)
    assert _on_ground(whole) is whole


def test_without_rapidocr_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.setattr(sys, "meta_path", [])
    with pytest.raises(NotInstalledError, match=r"pip install 'scenedex\[ocr\]'"):
        ScreenReader()

"""Pictures no larger than they are asked for."""

import io

import numpy as np
from PIL import Image

from scenedex.mcp_server.pictures import MAX_BYTES, bounded


def jpeg(width: int, height: int, quality: int = 90) -> bytes:
    noise = np.random.default_rng(7).integers(0, 255, (height, width, 3), dtype=np.uint8)
    made = io.BytesIO()
    Image.fromarray(noise).save(made, "JPEG", quality=quality)
    return made.getvalue()


def test_a_small_one_stays_as_it_is() -> None:
    small = jpeg(64, 48)
    assert bounded(small, 64) is small


def test_a_large_one_is_scaled_down() -> None:
    with Image.open(io.BytesIO(bounded(jpeg(640, 320), 100))) as made:
        assert made.size == (100, 50)


def test_one_of_many_bytes_becomes_poorer() -> None:
    heavy = jpeg(1200, 900, quality=98)
    assert len(heavy) > MAX_BYTES
    made = bounded(heavy, 1568)
    assert len(made) < len(heavy)
    with Image.open(io.BytesIO(made)) as shown:
        assert shown.size == (1200, 900)

import numpy as np
import pytest
from PIL import Image, ImageFilter
from tests.media import shared_media
from tests.unit.scenes.pictures import flat, scenery

from scenedex.scenes.quality import quality


def blurred(picture, radius):
    return np.asarray(Image.fromarray(picture).filter(ImageFilter.GaussianBlur(radius)))


@pytest.mark.parametrize("level", [0, 16, 128, 235, 255])
def test_a_flat_picture_has_none(level):
    assert quality(flat(level)) == 0.0


def test_blur_darkness_glare_and_fog_lose():
    good = scenery(1)
    worse = {
        "blurred": blurred(good, 2),
        "dark": good // 8,
        "bright": 255 - (255 - good) // 8,
        "foggy": 120 + good // 16,
    }
    assert all(quality(picture) < 0.8 * quality(good) for picture in worse.values())


def test_more_blur_is_worse():
    assert quality(scenery(1)) > quality(blurred(scenery(1), 1)) > quality(blurred(scenery(1), 4))


def test_a_fade_is_worse_the_darker_it_is():
    fade = [quality((scenery(2) * share).astype(np.uint8)) for share in (0.0, 0.1, 0.3, 0.6, 1.0)]
    assert fade == sorted(fade)
    assert len(set(fade)) == len(fade)


@pytest.mark.parametrize("shape", [(1, 1), (1, 256), (2, 2), (3, 3), (144, 256)])
def test_any_size_has_a_quality_between_0_and_1(shape):
    noise = np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8)
    assert 0.0 <= quality(noise) <= 1.0


def test_real_photographs_beat_their_blurred_and_dark_selves():
    for path in sorted(shared_media("photos").glob("*--*.jpg")):
        photo = np.asarray(Image.open(path).convert("RGB").resize((256, 160)))
        assert quality(photo) > 0.2, path.name
        assert quality(photo) > quality(blurred(photo, 3)), path.name
        assert quality(photo) > quality(photo // 6), path.name

"""Places, light, weather and letters."""

import numpy as np
import pytest
from PIL import Image

from scenedex.demo.draw.colours import COLOURS
from scenedex.demo.draw.lettering import lettering
from scenedex.demo.draw.light import LIGHTS, lit
from scenedex.demo.draw.place import backdrop
from scenedex.demo.draw.places import PLACES
from scenedex.demo.draw.weather import WEATHER

SIZE = (214, 120)


def empty(place, light, overcast=0.0):
    return np.asarray(backdrop(PLACES[place], LIGHTS[light], SIZE, overcast=overcast, seed=3)).astype(int)


@pytest.mark.parametrize("place", PLACES)
def test_place(place):
    day, night = empty(place, "day"), empty(place, "night")
    assert day.shape == night.shape == (120, 214, 3)
    assert (day == empty(place, "day")).all()
    assert night.mean() < 0.85 * day.mean()
    assert day.reshape(-1, 3).std(axis=0).max() > 12
    assert 0 < PLACES[place].floor[0] <= PLACES[place].floor[1] < 1


def test_places_are_many_and_differ():
    assert len(PLACES) >= 15
    means = {place: empty(place, "day").reshape(10, 12, 214, 3).mean(axis=(1, 2)) for place in PLACES}
    names = list(means)
    for k, one in enumerate(names):
        for other in names[k + 1 :]:
            assert np.abs(means[one] - means[other]).max() > 8, (one, other)


def test_overcast_sky_is_grey():
    clear, grey = empty("sea", "day")[:40], empty("sea", "day", overcast=1.0)[:40]
    assert (clear[..., 2] - clear[..., 0]).mean() > 60
    assert (grey[..., 2] - grey[..., 0]).mean() < 25


def test_light_leaves_transparency_alone():
    image = Image.new("RGBA", (4, 4), (200, 100, 50, 77))
    assert lit(image, LIGHTS["day"]).getpixel((0, 0)) == (200, 100, 50, 77)
    red, green, blue, alpha = lit(image, LIGHTS["night"]).getpixel((0, 0))
    assert (red < 110, green < 60, blue < 40, alpha) == (True, True, True, 77)


@pytest.mark.parametrize("weather", ["rain", "snow", "fog"])
def test_weather_moves(weather):
    for veil in WEATHER[weather].veils(SIZE, 1):
        one, other = veil.at(0.0), veil.at(0.5)
        assert np.asarray(one)[..., 3].max() > 100
        assert (np.asarray(one) != np.asarray(other)).any()
        assert np.asarray(one).sum() == np.asarray(other).sum()  # nothing is lost at the edges


def test_lightning_strikes_and_is_gone():
    bolts = [veil for veil in WEATHER["storm"].veils(SIZE, 1) if veil.shown]
    assert len(bolts) == 2
    for bolt in bolts:
        start, end = bolt.shown[0]
        assert bolt.at(start) is not None
        assert bolt.at(end) is None
        assert bolt.at(start - 0.01) is None


def test_clear_weather_has_no_veil():
    assert WEATHER["clear"].veils(SIZE, 1) == ()


def test_lettering():
    short, long = (
        lettering("THE", 40, COLOURS["white"], None),
        lettering("THE END", 40, COLOURS["white"], None),
    )
    assert 36 <= short.height <= 48
    assert long.width > 1.8 * short.width
    assert short.getpixel((0, 0))[3] == 0
    board = lettering("THE", 40, COLOURS["white"], COLOURS["blue"])
    assert board.getpixel((0, 0)) == (*COLOURS["blue"], 255)
    assert (np.asarray(board)[..., :3] == COLOURS["white"]).all(axis=2).mean() > 0.1

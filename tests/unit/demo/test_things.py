"""Everything that can be drawn: it stays in its box, stands out, and takes the colour that is asked for."""

import numpy as np
import pytest
from PIL import Image

from scenedex.demo.draw.colours import COLOURS
from scenedex.demo.draw.thing import draw, sprite
from scenedex.demo.draw.things import FAMILIES, THINGS

GROUND = (120, 150, 120)
SIDE, MARGIN = 240, 24


def drawn(name, colour, seed=1):
    """The thing in a box with a margin around it."""
    canvas = Image.new("RGB", (SIDE, SIDE), GROUND)
    draw(canvas, THINGS[name], (MARGIN, MARGIN, SIDE - MARGIN, SIDE - MARGIN), COLOURS[colour], seed)
    return np.asarray(canvas).astype(int)


def test_names_are_unique_and_many():
    assert len(THINGS) == sum(len(family) for family in FAMILIES.values()) >= 70
    assert len(COLOURS) == 12


@pytest.mark.parametrize("name", THINGS)
def test_stays_in_its_box(name):
    changed = (drawn(name, "red") != GROUND).any(axis=2)
    assert changed.mean() > 0.03
    outside = changed.copy()
    outside[MARGIN - 4 : SIDE - MARGIN + 4, MARGIN - 4 : SIDE - MARGIN + 4] = False
    assert not outside.any()
    rows = np.flatnonzero(changed.any(axis=1))
    assert rows[-1] >= SIDE - MARGIN - 24  # it stands on the lower edge


@pytest.mark.parametrize("name", THINGS)
def test_takes_the_colour(name):
    red, blue = drawn(name, "red"), drawn(name, "blue")
    differs = (red != blue).any(axis=2)
    if not THINGS[name].tinted:
        assert not differs.any()
        return
    assert differs.mean() > 0.004
    redness = (red[..., 0] - red[..., 2])[differs].mean()
    blueness = (blue[..., 2] - blue[..., 0])[differs].mean()
    assert redness > 40
    assert blueness > 40


@pytest.mark.parametrize("name", THINGS)
def test_is_deterministic(name):
    assert (drawn(name, "green", seed=7) == drawn(name, "green", seed=7)).all()


def test_sprites_are_smooth_and_can_face_left():
    right = sprite(THINGS["car"], 60, COLOURS["red"], 0)
    left = sprite(THINGS["car"], 60, COLOURS["red"], 0, flipped=True)
    alpha = np.asarray(right)[..., 3]
    assert right.size == (round(60 * THINGS["car"].aspect), 60)
    assert ((alpha > 0) & (alpha < 255)).any()
    assert (np.asarray(left) == np.asarray(right)[:, ::-1]).all()

"""Sounds: as long as asked, audible, not clipping, the same each time, and like what they are called."""

import numpy as np
import pytest

from scenedex.demo.sounds import PEAK, SOUNDS, sound

RATE = 24_000


def pitch(name):
    """The spectral centroid in Hz."""
    power = np.abs(np.fft.rfft(sound(name, 1, 3.0, RATE))) ** 2
    return float((np.fft.rfftfreq(3 * RATE, 1 / RATE) * power).sum() / power.sum())


@pytest.mark.parametrize("name", SOUNDS)
@pytest.mark.parametrize("rate", [RATE, 48_000])
def test_sound(name, rate):
    made = sound(name, 5, 2.5, rate)
    assert made.shape == (round(2.5 * rate),)
    assert made.dtype == np.float32
    assert np.isfinite(made).all()
    assert (made == sound(name, 5, 2.5, rate)).all()
    if name == "silence":
        assert not made.any()
    else:
        assert 0.5 * PEAK < np.abs(made).max() <= PEAK + 1e-6
        assert made.std() > 0.005
        assert abs(made[0]) < 1e-6  # no click where it begins


def test_there_are_enough():
    assert len(SOUNDS) >= 16


def test_sounds_are_like_their_names():
    assert pitch("thunder") < 400
    assert pitch("heartbeat") < 150
    assert pitch("engine") < 400
    assert 500 < pitch("siren") < 1500
    assert pitch("birds") > 2000
    assert pitch("crickets") > 3500
    assert pitch("rain") > pitch("wind") + 1000


def test_unknown_sound():
    with pytest.raises(KeyError):
        sound("dragon", 1, 1.0, RATE)


@pytest.mark.parametrize("name", SOUNDS)
def test_very_short(name):
    assert len(sound(name, 1, 0.02, RATE)) == 480

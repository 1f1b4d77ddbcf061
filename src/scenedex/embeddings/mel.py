"""Sound → the log-mel picture that CLAP hears, as transformers' ClapFeatureExtractor makes it (unfused).

48 kHz mono, periodic Hann of 1024, hop 480, centred with reflection, power, 64 bands from 50 to 14,000 Hz on
the slaney scale with slaney's norm, decibels over 1e-10 without a ceiling. (htk's scale is for the fused
model only.)
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from scenedex.types import Waveform

SAMPLE_RATE = 48_000
"""Hz."""

WINDOW_SAMPLES = 480_000
"""Ten seconds: what the network hears at once."""

FRAMES = 1001
BANDS = 64

_FFT = 1024
_HOP = 480
_LOW_HZ, _HIGH_HZ = 50.0, 14_000.0
_FLOOR = 1e-10

Features = NDArray[np.float32]


def clap_features(waveform: Waveform) -> Features:
    """The features of at most ten seconds at 48 kHz: shape (1, 1001, 64), dB.

    A shorter sound is repeated whole as often as it fits, then filled with silence (`repeatpad`). Raises
    ValueError for no sound and for more than ten seconds: which part is heard is the caller's choice.
    """
    samples = np.asarray(waveform, dtype=np.float64).reshape(-1)
    if not 0 < samples.size <= WINDOW_SAMPLES:
        raise ValueError(f"{samples.size} samples; 1 to {WINDOW_SAMPLES} are expected")
    whole = np.tile(samples, WINDOW_SAMPLES // samples.size)
    filled = np.pad(whole, (0, WINDOW_SAMPLES - whole.size))
    centred = np.pad(filled, _FFT // 2, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(centred, _FFT)[::_HOP]
    spectrum = np.fft.rfft(frames * _hann(), axis=1)
    power = spectrum.real**2 + spectrum.imag**2
    bands = np.maximum(power @ _filters(), _FLOOR)
    return (10.0 * np.log10(bands)).astype(np.float32)[None]


@lru_cache(maxsize=1)
def _hann() -> NDArray[np.float64]:
    return 0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(_FFT) / _FFT)


@lru_cache(maxsize=1)
def _filters() -> NDArray[np.float64]:
    """Triangles of shape (513, 64), each of unit area (slaney's norm)."""
    bins = np.linspace(0.0, SAMPLE_RATE / 2, _FFT // 2 + 1)
    edges = _hz(np.linspace(_mel(_LOW_HZ), _mel(_HIGH_HZ), BANDS + 2))
    width = np.diff(edges)
    slopes = edges[None, :] - bins[:, None]
    rising, falling = -slopes[:, :-2] / width[:-1], slopes[:, 2:] / width[1:]
    triangles = np.maximum(0.0, np.minimum(rising, falling))
    return triangles * (2.0 / (edges[2:] - edges[:-2]))


def _mel(hz: float) -> float:
    """Slaney's scale (Auditory Toolbox, 1998): linear to 1 kHz, logarithmic above."""
    return 3.0 * hz / 200.0 if hz < 1000.0 else 15.0 + 27.0 * float(np.log(hz / 1000.0)) / float(np.log(6.4))


def _hz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(mel < 15.0, 200.0 * mel / 3.0, 1000.0 * np.exp(np.log(6.4) / 27.0 * (mel - 15.0)))

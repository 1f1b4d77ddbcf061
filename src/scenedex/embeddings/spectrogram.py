"""What the mini sound tower is given: log-mel power on a grid of 64 bands and 20 ms (mel scale of HTK)."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from scenedex.types import Waveform

RATE = 16_000
WINDOW = 512
HOP = 320
BANDS = 64
LOWEST_HZ, HIGHEST_HZ = 50.0, 7600.0
SHORTEST_S = 1.0


def spectrogram(samples: Waveform) -> NDArray[np.float32]:
    """float32, shape (64, frames), frames a multiple of 4.

    Args:
        samples: mono sound at 16 kHz, -1 to 1; less than a second is filled up with silence.
    """
    missing = round(SHORTEST_S * RATE) - len(samples)
    padded = np.pad(samples, (0, missing)) if missing > 0 else samples
    frames = (len(padded) - WINDOW) // HOP + 1
    frames -= frames % 4
    cut = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP][:frames]
    window = np.hanning(WINDOW + 1)[:-1]
    power = np.abs(np.fft.rfft(cut * window, axis=1)) ** 2 / np.sum(window**2)
    return np.asarray((np.log10(power @ mel_filters().T + 1e-5) + 2) / 2, dtype=np.float32).T.copy()


@cache
def mel_filters() -> NDArray[np.float64]:
    """Triangles of height 1 on the mel scale of HTK, shape (64, 257)."""
    hz = np.arange(WINDOW // 2 + 1) * RATE / WINDOW
    low, high = (2595 * np.log10(1 + f / 700) for f in (LOWEST_HZ, HIGHEST_HZ))
    edges = 700 * (10 ** (np.linspace(low, high, BANDS + 2) / 2595) - 1)
    rising = (hz - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - hz) / (edges[2:] - edges[1:-1])[:, None]
    return np.asarray(np.clip(np.minimum(rising, falling), 0, None))

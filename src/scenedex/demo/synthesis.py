"""What sounds are made of: noise, sines, struck tones."""

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Wave = NDArray[np.float64]
"""Mono sound of any loudness: shape (samples,)."""


def noise(rng: Generator, count: int, rate: int, low: float, high: float) -> Wave:
    """Noise between two frequencies in Hz, with soft edges; standard deviation 1."""
    spectrum = np.fft.rfft(rng.standard_normal(count))
    f = np.fft.rfftfreq(count, 1 / rate)
    spectrum *= 1 / (1 + (low / np.maximum(f, 1e-3)) ** 4) / (1 + (f / high) ** 4)
    sound = np.fft.irfft(spectrum, count)
    return np.asarray(sound / (sound.std() + 1e-9))


def times(seconds: float, rate: int) -> Wave:
    """The time of each sample in seconds."""
    return np.asarray(np.arange(round(seconds * rate)) / rate)


def slow(rng: Generator, t: Wave, period_s: float) -> Wave:
    """A swell between 0 and 1 that never quite repeats."""
    phases = rng.uniform(0, 2 * np.pi, 3)
    parts = [np.sin(2 * np.pi * t / (period_s * k) + p) for k, p in zip((1.0, 1.7, 0.6), phases, strict=True)]
    return np.asarray(0.5 + sum(parts) / 6)


def place(sound: Wave, piece: Wave, start: int) -> None:
    """Add a piece at a sample; what sticks out at the end is cut off."""
    end = min(len(sound), start + len(piece))
    if start < end:
        sound[start:end] += piece[: end - start]


def tone(rate: int, seconds: float, pitch: float, partials: tuple[float, ...], decay_s: float) -> Wave:
    """A struck tone: partials are strengths of pitch, 2 x pitch, 3 x pitch ..."""
    t = times(seconds, rate)
    whole = sum(
        a * np.sin(2 * np.pi * pitch * k * t) for k, a in enumerate(partials, 1) if pitch * k < rate / 2
    )
    return np.asarray(whole * np.exp(-t / decay_s) * np.minimum(1, t / 0.005))


def glide(rate: int, pitches: Wave) -> Wave:
    """A sine whose pitch in Hz is given for every sample."""
    return np.asarray(np.sin(2 * np.pi * np.cumsum(pitches) / rate))

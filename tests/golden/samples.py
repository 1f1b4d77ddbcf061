"""Pictures and sounds for the goldens: drawn from a seed, and read from the shared media."""

from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

RATE = 48_000


def drawn_pictures() -> list[NDArray[np.uint8]]:
    """Six pictures of odd sizes: gradients with noise."""
    rng = np.random.default_rng(20261120)
    found = []
    for height, width in ((64, 64), (90, 121), (300, 201), (37, 333), (256, 256), (5, 7)):
        y, x = np.mgrid[0:height, 0:width]
        waves = [np.sin(x / (3 + k) + k) * np.cos(y / (5 + k)) for k in range(3)]
        base = 127 + 90 * np.stack(waves, axis=-1) + rng.normal(0, 12, (height, width, 3))
        found.append(np.clip(base, 0, 255).astype(np.uint8))
    return found


def drawn_sounds() -> dict[str, NDArray[np.float32]]:
    """A sweep, a tone that is repeated, a click, noise of ten seconds, and silence; 48 kHz."""
    rng = np.random.default_rng(7)
    t = np.arange(10 * RATE) / RATE
    tone = np.arange(int(3.3 * RATE)) / RATE
    click = np.zeros(RATE // 2)
    click[1000:1010] = 0.9
    return {
        "sweep": (0.5 * np.sin(2 * np.pi * (100 * t + 600 * t * t))).astype(np.float32),
        "tone": (0.3 * np.sin(2 * np.pi * 440 * tone)).astype(np.float32),
        "click": click.astype(np.float32),
        "noise": rng.normal(0, 0.1, 10 * RATE).astype(np.float32),
        "silence": np.zeros(RATE, np.float32),
    }


def read_sound(path: Path, seconds: float = 10.0) -> NDArray[np.float32]:
    """The first seconds of a sound file: mono, 48 kHz."""
    resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
    parts, have = [], 0
    with av.open(str(path)) as container:
        for frame in container.decode(audio=0):
            for made in resampler.resample(frame):
                parts.append(made.to_ndarray().reshape(-1))
                have += parts[-1].size
            if have >= seconds * RATE:
                break
    return np.concatenate(parts)[: int(seconds * RATE)].astype(np.float32)

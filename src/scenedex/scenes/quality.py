"""How good a picture is to look at: sharp, well lit, rich in tones. Black, white, flat and blurred pictures lose."""

import numpy as np
from numpy.typing import NDArray

from scenedex.types import Pixels

CRUSHED = 20
"""Luminance below which nothing can be told apart."""

BLOWN = 236
"""Luminance above which nothing can be told apart: nominal white of video is 235."""

SHARP_HALF = 250.0
"""Variance of the Laplacian that earns half of the points for sharpness."""

DIGITS = 9
"""Beyond these, sums depend on where in memory their numbers lie: another process would choose otherwise."""

_BINS = 64


def quality(small: Pixels) -> float:
    """Quality of a picture of at most 256 pixels width, from 0 to 1: the geometric mean of three parts.

    One bad part alone makes a bad picture, hence no sum.
    """
    luma = _luma(small)
    histogram = np.bincount((luma.ravel() >> 2), minlength=_BINS) / luma.size
    mean = (_sharpness(luma) * _exposure(histogram) * _entropy(histogram)) ** (1 / 3)
    return round(float(mean), DIGITS)


def _luma(small: Pixels) -> NDArray[np.uint8]:
    """BT.601 luma in eight bits, shape (height, width)."""
    weighted = small[..., 0] * np.uint16(77)
    weighted += small[..., 1] * np.uint16(150)
    weighted += small[..., 2] * np.uint16(29)
    return (weighted >> 8).astype(np.uint8)


def _sharpness(luma: NDArray[np.uint8]) -> float:
    """Variance of the Laplacian (Pech-Pacheco et al., "Diatom autofocusing in brightfield microscopy", 2000)."""
    if min(luma.shape) < 3:
        return 0.0
    signed = luma.astype(np.int16)
    laplacian = signed[:-2, 1:-1] + signed[2:, 1:-1]
    laplacian += signed[1:-1, :-2]
    laplacian += signed[1:-1, 2:]
    laplacian -= signed[1:-1, 1:-1] << 2
    variance = float(laplacian.astype(np.float32).var())
    return variance / (variance + SHARP_HALF)


def _exposure(histogram: NDArray[np.float64]) -> float:
    """Share of pixels that are neither crushed nor blown, and nearness of the mean to mid-grey: geometric mean."""
    usable = float(histogram[CRUSHED >> 2 : BLOWN >> 2].sum())
    mean = float(histogram @ np.arange(_BINS)) / (_BINS - 1)
    return float(np.sqrt(usable * (1 - (2 * mean - 1) ** 2)))


def _entropy(histogram: NDArray[np.float64]) -> float:
    """Shannon entropy of the luminance, 1 when all tones are equally frequent."""
    present = histogram[histogram > 0]
    return max(0.0, float(-(present @ np.log2(present))) / float(np.log2(_BINS)))

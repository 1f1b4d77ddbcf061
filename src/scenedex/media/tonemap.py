"""HDR to SDR: PQ or HLG pictures in BT.2020 become sRGB pictures.

Numpy on pictures that are scaled down already; the curves are tables over the 65,536 values of a 16-bit sample.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from scenedex.types import Pixels

Floats = NDArray[np.float32]

REFERENCE_WHITE_NITS = 203.0
"""HDR reference white (ITU-R BT.2408-7, table 1): what becomes white-ish in SDR."""

PEAK_NITS = 1000.0
"""Peak that is mapped to full white; also the nominal display of HLG (BT.2100-2, table 5). Brighter is clipped."""

_STEPS = 4096
# BT.2020 to BT.709 primaries, linear light (ITU-R BT.2087-0, annex 2 with 4).
_TO_709 = np.array(
    [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]], dtype=np.float32
)
_LUMA_2020 = np.array([0.2627, 0.6780, 0.0593], dtype=np.float32)


def to_sdr(rgb16: NDArray[np.uint16], *, hlg: bool) -> Pixels:
    """Tone-map a picture.

    Args:
        rgb16: shape (height, width, 3), full range, BT.2020, with the PQ or HLG transfer.
        hlg: the transfer is HLG (BT.2100), not PQ (SMPTE ST 2084).
    """
    nits = _hlg_nits(rgb16) if hlg else _pq_table()[rgb16]
    # The curve works on the largest component and scales all three alike: hue stays (BT.2390-11, 5.4.1, "maxRGB").
    peak = np.maximum(nits.max(axis=2, keepdims=True), np.float32(1e-4))
    curve, scale = _curve_table()
    position = np.minimum(np.log2(1.0 + peak) * scale, _STEPS - 1)
    linear = nits * (curve[position.astype(np.int32)] / peak)
    linear = np.clip(linear @ _TO_709.T, 0.0, 1.0)
    return np.asarray(_srgb_table()[(linear * (_STEPS * 4 - 1) + 0.5).astype(np.int32)])


@lru_cache(maxsize=1)
def _pq_table() -> Floats:
    """SMPTE ST 2084 EOTF: code value to cd/m2."""
    return pq_to_nits(np.linspace(0.0, 1.0, 65_536)).astype(np.float32)


def pq_to_nits(signal: NDArray[np.float64]) -> NDArray[np.float64]:
    """SMPTE ST 2084 (BT.2100-2, table 4): signal in [0, 1] to 0 .. 10,000 cd/m2."""
    root = np.power(signal, 1 / 78.84375)
    return np.asarray(
        10_000.0
        * np.power(np.maximum(root - 0.8359375, 0.0) / (18.8515625 - 18.6875 * root), 1 / 0.1593017578125)
    )


def nits_to_pq(nits: NDArray[np.float64]) -> NDArray[np.float64]:
    """The inverse of `pq_to_nits`."""
    power = np.power(np.maximum(nits, 0.0) / 10_000.0, 0.1593017578125)
    return np.asarray(np.power((0.8359375 + 18.8515625 * power) / (1.0 + 18.6875 * power), 78.84375))


@lru_cache(maxsize=1)
def _hlg_table() -> Floats:
    """HLG inverse OETF (BT.2100-2, table 5): signal to scene light in [0, 1]."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    signal = np.linspace(0.0, 1.0, 65_536)
    return np.where(signal <= 0.5, signal**2 / 3.0, (np.exp((signal - c) / a) + b) / 12.0).astype(np.float32)


def _hlg_nits(rgb16: NDArray[np.uint16]) -> Floats:
    """HLG EOTF with the system gamma of 1.2 for a display of 1,000 cd/m2 (BT.2100-2, table 5)."""
    scene = _hlg_table()[rgb16]
    luma = np.maximum(scene @ _LUMA_2020, np.float32(1e-6))
    return np.asarray(
        scene * (np.power(luma, np.float32(0.2)) * np.float32(PEAK_NITS))[..., None], dtype=np.float32
    )


@lru_cache(maxsize=1)
def _curve_table() -> tuple[Floats, float]:
    """Display light of the SDR picture in [0, 1] over log2(1 + nits), and the scale of that axis."""
    top = np.log2(1.0 + 10_000.0)
    nits = np.exp2(np.linspace(0.0, top, _STEPS)) - 1.0
    return (eetf(nits) / REFERENCE_WHITE_NITS).astype(np.float32), float((_STEPS - 1) / top)


def eetf(nits: NDArray[np.float64]) -> NDArray[np.float64]:
    """The tone curve of ITU-R BT.2390-11, 5.4.1 (Hermite knee in PQ), from `PEAK_NITS` to `REFERENCE_WHITE_NITS`."""
    source = float(nits_to_pq(np.array(PEAK_NITS)))
    target = float(nits_to_pq(np.array(REFERENCE_WHITE_NITS))) / source
    knee = 1.5 * target - 0.5
    level = np.minimum(nits_to_pq(nits) / source, 1.0)
    t = (level - knee) / (1.0 - knee)
    spline = (
        (2 * t**3 - 3 * t**2 + 1) * knee
        + (t**3 - 2 * t**2 + t) * (1.0 - knee)
        + (-2 * t**3 + 3 * t**2) * target
    )
    return pq_to_nits(np.where(level < knee, level, spline) * source)


@lru_cache(maxsize=1)
def _srgb_table() -> Pixels:
    """Linear light to sRGB (IEC 61966-2-1), 8 bits."""
    linear = np.linspace(0.0, 1.0, _STEPS * 4)
    encoded = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * np.power(linear, 1 / 2.4) - 0.055)
    return np.asarray(encoded * 255.0 + 0.5).astype(np.uint8)

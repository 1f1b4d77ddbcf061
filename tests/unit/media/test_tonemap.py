"""HDR to SDR."""

import av
import numpy as np
import pytest
from av.video.reformatter import ColorTrc

from scenedex.media.frame import DecodedFrame, Projection
from scenedex.media.tonemap import (
    PEAK_NITS,
    REFERENCE_WHITE_NITS,
    eetf,
    nits_to_pq,
    pq_to_nits,
    to_sdr,
)
from scenedex.types import VideoTrack


def track_of(width: int, height: int, *, hdr: bool) -> VideoTrack:
    return VideoTrack(
        index=0,
        codec="hevc",
        width=width,
        height=height,
        coded_width=width,
        coded_height=height,
        frame_rate=None,
        rotation=0,
        hdr=hdr,
    )


def grey(signal: np.ndarray) -> np.ndarray:
    return np.repeat((signal * 65_535).round().astype(np.uint16)[None, :, None], 3, axis=2)


def test_pq_agrees_with_the_standard() -> None:
    # ITU-R BT.2408-7, table 1: 203 cd/m2 is 58 % PQ; 1,000 cd/m2 is 75 %; 10,000 is 100 %.
    assert nits_to_pq(np.array([203.0, 1000.0, 10_000.0])) == pytest.approx([0.5807, 0.7518, 1.0], abs=1e-3)
    levels = np.array([0.01, 1.0, 100.0, 4000.0])
    assert pq_to_nits(nits_to_pq(levels)) == pytest.approx(levels, rel=1e-6)


def test_the_curve_leaves_shadows_and_ends_at_white() -> None:
    assert eetf(np.array([0.0, 1.0, 10.0])) == pytest.approx([0.0, 1.0, 10.0], abs=1e-6)
    assert eetf(np.array([PEAK_NITS, 5000.0])) == pytest.approx([REFERENCE_WHITE_NITS] * 2, rel=1e-3)


@pytest.mark.parametrize("hlg", [False, True])
def test_greys_stay_grey_and_in_order(hlg: bool) -> None:
    out = to_sdr(grey(np.linspace(0, 1, 512)), hlg=hlg)[0].astype(int)
    assert (out.max(axis=1) - out.min(axis=1)).max() <= 1
    assert (np.diff(out[:, 1]) >= 0).all()
    assert out[0].tolist() == [0, 0, 0]
    assert out[-1].min() >= 254


def test_diffuse_white_is_bright_and_a_face_is_in_the_middle() -> None:
    pq = to_sdr(grey(np.array([0.58, 0.38])), hlg=False)[0, :, 1]
    hlg = to_sdr(grey(np.array([0.75, 0.38])), hlg=True)[0, :, 1]
    for white, middle in (pq, hlg):
        assert 170 <= white <= 245
        assert 60 <= middle <= 140


def test_saturated_red_of_bt2020_is_red() -> None:
    red = np.zeros((1, 1, 3), dtype=np.uint16)
    red[..., 0] = round(0.58 * 65_535)
    r, g, b = to_sdr(red, hlg=False)[0, 0].tolist()
    assert r > 150
    assert max(g, b) < 30


@pytest.mark.parametrize("trc", [ColorTrc.SMPTE2084, ColorTrc.ARIB_STD_B67])
def test_an_hdr_frame_comes_out_as_eight_bit_sdr(trc: ColorTrc) -> None:
    frame = av.VideoFrame(128, 64, "yuv420p10le")
    level = round(64 + 0.5 * 876).to_bytes(2, "little")
    for plane, value in zip(frame.planes, (level, b"\x00\x02", b"\x00\x02"), strict=True):
        plane.update(value * (plane.buffer_size // 2))
    frame.color_trc, frame.colorspace = int(trc), 9
    track = track_of(128, 64, hdr=True)
    small = DecodedFrame(frame, Projection(track), 0.0, 1.0).small()
    assert small.dtype == np.uint8
    assert small.shape == (64, 128, 3)
    assert 80 < small[32, 64].mean() < 220
    assert np.ptp(small[32, 64]) <= 2


MATRICES = {1: (0.2126, 0.0722), 6: (0.299, 0.114), 9: (0.2627, 0.0593)}


@pytest.mark.parametrize("matrix", MATRICES)
@pytest.mark.parametrize(("pixels", "full"), [("yuv420p", False), ("yuvj420p", True)])
def test_matrix_and_range_of_sdr(matrix: int, pixels: str, full: bool) -> None:
    red, green, blue = (200 / 255, 60 / 255, 30 / 255)
    kr, kb = MATRICES[matrix]
    luma = kr * red + (1 - kr - kb) * green + kb * blue
    cb, cr = (blue - luma) / (2 * (1 - kb)), (red - luma) / (2 * (1 - kr))
    scale = (255, 0, 255) if full else (219, 16, 224)
    values = (scale[1] + scale[0] * luma, 128 + scale[2] * cb, 128 + scale[2] * cr)
    frame = av.VideoFrame(64, 64, pixels)
    for plane, value in zip(frame.planes, values, strict=True):
        plane.update(bytes([round(value)]) * plane.buffer_size)
    frame.colorspace = matrix
    track = track_of(64, 64, hdr=False)
    shown = DecodedFrame(frame, Projection(track), 0.0, 1.0)
    for picture in (shown.small(), shown.picture(32)):
        assert np.abs(picture[5, 5].astype(int) - (200, 60, 30)).max() <= 4

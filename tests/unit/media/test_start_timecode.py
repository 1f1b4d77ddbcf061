"""Where a file says that its timecode begins, and the rate in which its frames are counted."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from tests.media import shared_media

from scenedex.media.probe import probe
from scenedex.testing import Clip, shots_clip
from scenedex.types import Limits, MediaInfo

NTSC = Fraction(30000, 1001)


def info_of(path: Path, clip: Clip | None = None) -> MediaInfo:
    if clip is not None:
        shots_clip(path, (0.4,), clip)
    return probe(path, Limits())


@pytest.mark.parametrize(
    ("name", "timecode", "rate"),
    [
        ("a.mov", "10:00:00;00", NTSC),
        ("a.mp4", "10:00:59;28", NTSC),
        ("a.mp4", "01:02:03:04", NTSC),
        ("a.mov", "10:00:00;58", 2 * NTSC),
        ("a.mov", "23:59:59:49", Fraction(50)),
        ("a.mkv", "10:00:00:11", Fraction(24000, 1001)),
    ],
)
def test_tracks_and_tags(tmp_path: Path, name: str, timecode: str, rate: Fraction) -> None:
    assert info_of(tmp_path / name, Clip(rate=rate, timecode=timecode)).timecode == timecode


def test_mxf(tmp_path: Path) -> None:
    path = tmp_path / "a.mxf"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg2video", rate=NTSC)
        stream.width, stream.height, stream.pix_fmt, stream.time_base = 96, 64, "yuv420p", 1 / NTSC
        container.metadata["timecode"] = "10:00:00;02"
        for number in range(10):
            frame = av.VideoFrame.from_ndarray(np.zeros((64, 96, 3), np.uint8))
            frame.pts, frame.time_base = number, 1 / NTSC
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    assert info_of(path).timecode == "10:00:00;02"


@pytest.mark.parametrize("timecode", ["1 hour", "10:00:00:00\n* FROM CLIP NAME: x", "10:00:00"])
def test_what_is_no_timecode(tmp_path: Path, timecode: str) -> None:
    assert info_of(tmp_path / "a.mkv", Clip(timecode=timecode)).timecode is None


def test_most_files_have_none(tmp_path: Path) -> None:
    assert info_of(tmp_path / "a.mp4", Clip()).timecode is None


def test_pictures_that_begin_late(tmp_path: Path) -> None:
    video = info_of(tmp_path / "a.mkv", Clip(start_s=1.0, sound=True, sound_delay_s=-0.5)).video
    assert video is not None
    assert video.first_s == pytest.approx(0.5, abs=0.03)


def test_variable_rates_have_a_base() -> None:
    video = info_of(shared_media("odd") / "syn_vfr.mp4").video
    assert video is not None
    assert video.base_rate == NTSC
    assert video.frame_rate is not None
    assert video.frame_rate < 16

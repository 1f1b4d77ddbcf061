"""Parts of a video as small films."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from tests.media import shared_media

from scenedex.errors import LimitError, MediaError
from scenedex.indexing.here import HereReading
from scenedex.media.clip import cut_clip
from scenedex.testing import COLOURS, Clip, shots_clip, sound_clip, variable_rate_clip
from scenedex.types import Limits

LIMITS = Limits()


def cut(source: Path, target: Path, start_s: float, end_s: float) -> Path:
    cut_clip(HereReading(source, LIMITS), target, start_s=start_s, end_s=end_s)
    return target


def colours(path: Path) -> list[int]:
    """Which of COLOURS each picture has, in order."""
    with av.open(str(path)) as container:
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    middles = [frame[frame.shape[0] // 2, frame.shape[1] // 2] for frame in frames]
    return [
        int(np.argmin([np.abs(middle - np.array(c, float)).sum() for c in COLOURS])) for middle in middles
    ]


def test_it_is_cut_on_the_frame(tmp_path: Path) -> None:
    """The film has one key frame in two seconds; the scene lies between them."""
    source = tmp_path / "film.mp4"
    cuts = shots_clip(source, (1.0, 0.6, 1.0), Clip(sound=True))
    clip = cut(source, tmp_path / "clip.mp4", cuts[0], cuts[1])
    assert colours(clip) == [1] * 15
    with av.open(str(clip)) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        assert (video.codec_context.name, video.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert audio.codec_context.name == "aac"
        assert container.duration is not None
        assert container.duration / av.time_base == pytest.approx(0.6, abs=0.05)


def test_a_player_can_begin_before_it_has_all(tmp_path: Path) -> None:
    source = tmp_path / "film.mp4"
    shots_clip(source, (1.0,))
    data = cut(source, tmp_path / "clip.mp4", 0.0, 1.0).read_bytes()
    assert 0 < data.index(b"moov") < data.index(b"mdat")


def test_the_same_clip_has_the_same_bytes(tmp_path: Path) -> None:
    """A player asks for it part by part, and each part is cut anew."""
    source = tmp_path / "film.mp4"
    shots_clip(source, (0.5, 0.5), Clip(sound=True))
    once, again = (cut(source, tmp_path / f"{n}.mp4", 0.2, 0.8).read_bytes() for n in range(2))
    assert once == again


@pytest.mark.parametrize(
    ("clip", "shown"),
    [
        (Clip(size=(96, 64), rotation=90), (64, 96)),
        (Clip(size=(1280, 960)), (640, 480)),
        (Clip(size=(98, 62), pixel_aspect=Fraction(3, 2)), (146, 62)),
    ],
)
def test_pictures_are_upright_and_small_with_even_sides(
    tmp_path: Path, clip: Clip, shown: tuple[int, int]
) -> None:
    source = tmp_path / "film.mp4"
    shots_clip(source, (0.2,), clip)
    with av.open(str(cut(source, tmp_path / "clip.mp4", 0.0, 0.2))) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height) == shown


def test_a_fast_video_is_thinned_out(tmp_path: Path) -> None:
    source = tmp_path / "film.mp4"
    cuts = shots_clip(source, (0.5, 0.5), Clip(rate=Fraction(100)))
    assert colours(cut(source, tmp_path / "clip.mp4", 0.0, 1.0)) == [0] * 12 + [1] * 13
    assert cuts == [0.5]


def test_times_that_vary(tmp_path: Path) -> None:
    source = tmp_path / "film.mkv"
    variable_rate_clip(source, [0.0, 0.1, 0.8, 0.9, 1.0])
    found = colours(cut(source, tmp_path / "clip.mp4", 0.0, 0.9))
    assert found == sorted(found)
    assert set(found) == {0, 1, 2}
    assert found.count(1) > found.count(0)


@pytest.mark.parametrize(
    "name",
    [
        "ae_testsrc-hevc.mp4",
        "torchcodec_av1_video.mkv",
        "torchcodec_h264_10bits.mp4",
        "moviepy_no_duration.webm",
        "ae_SAR-2by3.mp4",
        "syn_start_100s.mkv",
    ],
)
def test_any_codec(tmp_path: Path, name: str) -> None:
    source = shared_media("odd") / name
    with av.open(str(cut(source, tmp_path / "clip.mp4", 0.0, 0.4))) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert stream.width % 2 == stream.height % 2 == 0


def test_what_has_no_pictures(tmp_path: Path) -> None:
    source = tmp_path / "song.m4a"
    sound_clip(source, 1.0)
    with pytest.raises(MediaError, match="no pictures"):
        cut(source, tmp_path / "clip.mp4", 0.0, 1.0)
    assert not (tmp_path / "clip.mp4").exists()


@pytest.mark.parametrize(("start_s", "end_s"), [(0.0, 121.0), (1.0, 1.0), (1.0, 0.0)])
def test_a_clip_has_a_length(tmp_path: Path, start_s: float, end_s: float) -> None:
    source = tmp_path / "film.mp4"
    shots_clip(source, (0.5,))
    with pytest.raises(LimitError, match="long at most"):
        cut(source, tmp_path / "clip.mp4", start_s, end_s)

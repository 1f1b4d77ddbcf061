"""Films that are made while they are watched."""

import io
from collections import Counter
from pathlib import Path

import av
import numpy as np
import pytest
from tests.media import shared_media

from scenedex.indexing.here import HereReading
from scenedex.media.playback import playback
from scenedex.testing import COLOURS, Clip, shots_clip
from scenedex.types import Limits, Piece

LIMITS = Limits()


def whole(source: Path, from_s: float, to_s: float, *, copied: bool = False) -> tuple[float, bytes]:
    pieces = list(HereReading(source, LIMITS).film(from_s, to_s, copied=copied))
    assert len({piece.begins_s for piece in pieces}) == 1
    return pieces[0].begins_s, b"".join(piece.data for piece in pieces)


def times(data: bytes) -> dict[str, list[float]]:
    """When each picture and each piece of sound begins."""
    found: dict[str, list[float]] = {}
    with av.open(io.BytesIO(data)) as container:
        for frame in container.decode():
            assert frame.pts is not None
            kind = "video" if hasattr(frame, "pict_type") else "audio"
            found.setdefault(kind, []).append(float(frame.pts * frame.time_base))
    return found


def colours(data: bytes) -> list[int]:
    """Which of COLOURS each picture has."""
    with av.open(io.BytesIO(data)) as container:
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    return [
        int(np.argmin([np.abs(frame[frame.shape[0] // 2, 2] - np.array(c, float)).sum() for c in COLOURS]))
        for frame in frames
    ]


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("films") / "film.mkv"
    shots_clip(path, (1.0, 1.0, 1.0), Clip(sound=True))
    return path


def test_it_begins_exactly_at_the_second(film: Path) -> None:
    begins_s, data = whole(film, 0.92, 3.0)
    assert begins_s == 0.92
    assert colours(data) == [0] * 2 + [1] * 25 + [2] * 25
    shown, heard = times(data)["video"], times(data)["audio"]
    assert shown[0] == heard[0] == 0.0
    assert shown[-1] == pytest.approx(2.04, abs=0.01)
    assert heard[-1] == pytest.approx(2.07, abs=0.05)


def test_a_copy_begins_at_the_key_frame_before_and_keeps_the_packets(film: Path) -> None:
    begins_s, data = whole(film, 1.5, 3.0, copied=True)
    assert 0.0 <= begins_s <= 1.5
    with av.open(str(film)) as container:
        sent = Counter(bytes(p) for p in container.demux(video=0) if p.pts is not None and p.size)
    with av.open(io.BytesIO(data)) as container:
        kept = Counter(bytes(p) for p in container.demux(video=0) if p.size)
    assert kept
    assert not kept - sent
    assert times(data)["video"][0] == times(data)["audio"][0] == 0.0
    assert colours(data) == colours(whole(film, begins_s, 3.0)[1])


def test_it_is_made_as_it_is_taken(film: Path) -> None:
    pieces = HereReading(film, LIMITS).film(0.0, 3.0, copied=False)
    first = next(pieces)
    assert isinstance(first, Piece)
    assert b"moov" in first.data
    assert b"moof" in first.data
    pieces.close()
    with pytest.raises(StopIteration):
        next(pieces)


@pytest.mark.parametrize(
    ("name", "way"),
    [
        ("odd/ae_testsrc-hevc.mp4", "encode"), ("odd/syn_remux.ts", "copy"), ("odd/torchcodec_av1_video.mkv", "copy"),
        ("odd/torchcodec_h264_10bits.mp4", "encode"), ("odd/phpff_sample.3gp", "encode"),
        ("video/asl_bird.mkv", "copy"), ("odd/phpff_portrait.MOV", "encode"),
        ("subs/torchcodec_nasa_13013.mp4", "as_is"),
        ("odd/moviepy_no_duration.webm", "as_is"), ("odd/syn_audio_only.m4a", "as_is"),
        ("audio/blanket_train.ogg", "as_is"),
    ],
)  # fmt: skip
def test_real_files_are_played_as_their_codecs_ask(name: str, way: str) -> None:
    source = shared_media(name)
    reading = HereReading(source, LIMITS)
    found = playback(reading.info, source.suffix)
    assert found.way == way
    assert found.reason.endswith(".")
    to_s = min(reading.info.duration_s or 2.0, 2.0)
    begins_s, data = whole(source, 0.3, to_s, copied=way == "copy")
    assert 0 <= begins_s <= 0.3 + 0.001
    made = times(data)
    assert set(made) == {kind for kind, track in (("video", found.video), ("audio", found.audio)) if track}
    for stamps in made.values():
        assert stamps[0] == pytest.approx(0, abs=0.05)
        assert stamps[-1] > 0.5 * (to_s - 0.3)


def test_a_damaged_file_plays_as_far_as_it_goes() -> None:
    source = shared_media("odd/syn_bitrot_middle.mp4")
    assert len(times(whole(source, 2.0, 4.0)[1])["video"]) == 60

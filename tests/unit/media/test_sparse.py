"""What is decoded where stretches between key frames are passed over."""

import math
import threading
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from tests.media import shared_media

from scenedex.indexing.here import Here
from scenedex.media.decode import frames
from scenedex.media.probe import probe
from scenedex.types import Limits, Wanted

LIMITS = Limits()
SHOTS = (40, 62, 18, 17, 110, 30, 23, 75)
"""Frames; the third and the fourth fit between two key frames, and the fourth's neighbours are alike."""

SCENES = (0, 1, 2, 3, 2, 4, 5, 6)

KINDS = {
    "x264": ("libx264", ".mp4", {}, None),
    "fixed": ("libx264", ".mp4", {"sc_threshold": "0"}, 50),
    "open": ("libx264", ".mkv", {"x264-params": "open-gop=1:keyint=60"}, None),
    "long": ("libx264", ".mp4", {"sc_threshold": "0"}, 1000),
    "hevc": ("libx265", ".mp4", {"preset": "ultrafast", "x265-params": "log-level=none"}, None),
    "vp9": ("libvpx-vp9", ".webm", {"deadline": "realtime", "cpu-used": "8"}, None),
    "mpeg2": ("mpeg2video", ".mkv", {"b": "3000000", "bf": "2"}, 12),
    "intra": ("libx264", ".mp4", {}, 1),
}


def made(path: Path, kind: str) -> Path:
    """A film of moving textures."""
    codec, suffix, options, gop = KINDS[kind]
    path = path / f"{kind}{suffix}"
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=25, options=options)
        stream.width, stream.height, stream.pix_fmt = 192, 108, "yuv420p"
        if gop is not None:
            stream.codec_context.gop_size = gop
        noise = np.random.default_rng(0)
        n = 0
        for scene, length in zip(SCENES, SHOTS, strict=True):
            rough = np.random.default_rng(scene).integers(0, 256, (9, 16, 3), dtype=np.uint8)
            picture = cv2.resize(rough, (256, 144), interpolation=cv2.INTER_CUBIC)
            for k in range(length):
                left = round(32 + 24 * k / length)
                shown = picture[18:126, left : left + 192] // 2 + noise.integers(
                    30, 36, (108, 192, 1), dtype=np.uint8
                )
                frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(shown), format="rgb24")
                frame.pts, frame.time_base = n, Fraction(1, 25)
                container.mux(stream.encode(frame))
                n += 1
        container.mux(stream.encode(None))
    return path


def everything(stretch):
    """A `Look`: each picture is wanted."""
    return lambda frame: Wanted(stretch.last.t_s, frame.t_s)


def shown(path: Path, look):
    with frames(path, probe(path, LIMITS), LIMITS, look=look) as decoding:
        found = [(frame.t_s, frame.end_s, frame.after_gap) for frame in decoding]
    return found, decoding.end_s, decoding.warnings


@pytest.mark.parametrize("kind", KINDS)
def test_cuts_are_those_of_the_full_pass(tmp_path: Path, kind: str) -> None:
    path = made(tmp_path, kind)
    with Here().reading(path, LIMITS) as reading:
        fast = [one.start_s for one in reading.scenes("adaptive", lambda _: None, accurate=False)]
        full = [one.start_s for one in reading.scenes("adaptive", lambda _: None, accurate=True)]
    assert fast == full
    assert [round(start * 25) for start in fast] == [0, *np.cumsum(SHOTS)[:-1]]


@pytest.mark.parametrize("kind", KINDS)
def test_where_all_is_looked_at_nothing_is_lost_or_doubled(tmp_path: Path, kind: str) -> None:
    path = made(tmp_path, kind)
    assert shown(path, everything) == shown(path, None)


def test_where_nothing_is_looked_at_key_frames_and_the_end_remain(tmp_path: Path) -> None:
    path = made(tmp_path, "fixed")
    whole, end_s, _ = shown(path, None)
    some, some_end_s, _ = shown(path, lambda _: lambda _: Wanted(-1.0, -1.0))
    assert [t_s for t_s, _, gap in some if gap] == pytest.approx([2.0 * n for n in range(1, 8)])
    assert {one[:2] for one in some} < {one[:2] for one in whole}
    assert some_end_s == end_s


@pytest.mark.parametrize("folder", ["odd", "subs"])
def test_odd_and_broken_files_are_read_as_without_hints(folder: str) -> None:
    for path in sorted(shared_media(folder).iterdir()):
        outcomes = []
        for look in (None, everything):
            try:
                found, end_s, _ = shown(path, look)
                outcomes.append((len(found), end_s))
            except Exception as exc:  # noqa: BLE001 - whatever it is, it must be the same
                outcomes.append((type(exc), str(exc)))
        assert outcomes[0] == outcomes[1], path.name


@pytest.mark.parametrize("kind", ["x264", "fixed", "open", "hevc"])
def test_pictures_that_no_other_needs_are_left_out_and_that_is_said(tmp_path: Path, kind: str) -> None:
    path = made(tmp_path, kind)
    whole = [t_s for t_s, _, _ in shown(path, None)[0]]
    with frames(
        path, probe(path, LIMITS), LIMITS, look=lambda one: lambda _: Wanted(one.last.t_s, math.inf)
    ) as few:
        seen = [(frame.t_s, frame.since_s, frame.light, frame.glance().shape) for frame in few]
    times = [t_s for t_s, *_ in seen]
    assert set(times) < set(whole)
    for (before_s, *_), (t_s, since_s, _, _) in pairwise(seen):
        between = [one for one in whole if before_s < one < t_s]
        assert since_s == (before_s if between else None)
    assert {shape for *_, shape in seen} == {(108, 192, 3)}
    assert any(light for _, _, light, _ in seen)
    kept_s = 0.0
    for t_s, _, light, _ in seen:
        assert not light or t_s - kept_s < 0.2, "of what is seen five pictures a second are kept"
        kept_s = kept_s if light else t_s


def test_whoever_stops_early_leaves_no_thread(tmp_path: Path) -> None:
    path = made(tmp_path, "fixed")
    before = set(threading.enumerate())
    with frames(path, probe(path, LIMITS), LIMITS, look=everything) as decoding:
        for _ in range(60):
            next(decoding)
    assert set(threading.enumerate()) <= before


def test_a_damaged_stretch_is_followed_by_a_full_pass(tmp_path: Path) -> None:
    path = made(tmp_path, "fixed")
    data = bytearray(path.read_bytes())
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        third = [one for one in container.demux(stream) if one.pts and 4 < one.pts * one.time_base < 6]
        hurt = max(third, key=lambda one: one.size)
        data[hurt.pos : hurt.pos + hurt.size] = b"\xff" * hurt.size
    path.write_bytes(data)
    found, end_s, warnings = shown(path, lambda one: lambda _: Wanted(one.last.t_s, math.inf))
    times = [t_s for t_s, _, _ in found]
    assert warnings
    assert end_s == pytest.approx(sum(SHOTS) / 25)
    assert times == sorted(times)
    last = [t_s for t_s in times if t_s > 11.0]
    assert len(last) == round((end_s - 11.0) * 25) - 1, "nothing is left out there"

"""Key frames are decoded ahead of whoever looks at them: which, and how many."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer

from scenedex.media.key_frames import BYTES_AHEAD, POST_S, KeyDecoder, Keyed, key_frames_ahead
from scenedex.media.packets import Health, packets
from scenedex.media.stretches import alike

RATE = 20


def made(path: Path, *, size: tuple[int, int] = (96, 64), gop: int = 1, frames: int = 40) -> Path:
    """A film whose pictures grow brighter."""
    path = path / "film.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream(
            "libx264", rate=RATE, options={"preset": "ultrafast", "sc_threshold": "0"}
        )
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        stream.codec_context.gop_size = gop
        for n in range(frames):
            picture = np.full((size[1], size[0], 3), 4 * n, np.uint8)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = n, Fraction(1, RATE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


@contextmanager
def opened(path: Path) -> Iterator[tuple[InputContainer, KeyDecoder]]:
    with av.open(str(path)) as container:
        yield container, KeyDecoder(alike(container.streams.video[0].codec_context))


def keyed(path: Path, wanted=lambda: True) -> list[Keyed]:
    with opened(path) as (container, decoder):
        read = packets(container, container.streams.video, Health())
        with key_frames_ahead(read, 0, decoder, wanted) as ahead:
            return list(ahead)


def test_every_packet_comes_and_key_frames_with_their_pictures(tmp_path: Path) -> None:
    path = made(tmp_path, gop=10)
    found = keyed(path)
    assert [one.packet.pts for one in found if one.picture] == [
        one.packet.pts for one in found if one.packet.is_keyframe
    ]
    assert len(found) == 41, "the last is empty"
    assert sum(one.tried for one in found) == 4
    with av.open(str(path)) as container:
        whole = {frame.pts: frame.to_ndarray(format="gray") for frame in container.decode(video=0)}
    for one in found:
        if one.picture is not None:
            assert np.array_equal(one.picture.to_ndarray(format="gray"), whole[one.packet.pts])


def test_of_key_frames_that_follow_one_another_soon_not_all_are_decoded(tmp_path: Path) -> None:
    found = keyed(made(tmp_path))
    times = [float(one.packet.pts * one.packet.time_base) for one in found if one.picture]
    assert all(POST_S <= after - before < POST_S + 1.5 / RATE for before, after in pairwise(times))
    assert len(times) > 5
    assert [one.tried for one in found] == [one.picture is not None for one in found]


def test_none_is_decoded_once_none_is_wanted(tmp_path: Path) -> None:
    left = iter([True, True])
    found = keyed(made(tmp_path), lambda: next(left, False))
    assert sum(one.picture is not None for one in found) == 2


def test_one_that_cannot_be_decoded_is_said_to_be_so(tmp_path: Path) -> None:
    path = made(tmp_path, gop=10)
    with opened(path) as (container, decoder):
        packet = av.Packet(b"\0\0\0\1" + bytes(60))
        packet.stream, packet.pts, packet.is_keyframe = container.streams.video[0], 0, True
        with key_frames_ahead([packet], 0, decoder, lambda: True) as ahead:
            assert [(one.tried, one.picture) for one in ahead] == [(True, None)]


def test_no_more_wait_than_memory_is_there_for(tmp_path: Path) -> None:
    path, read = made(tmp_path, size=(1920, 1080), gop=8, frames=64), []
    with opened(path) as (container, decoder):

        def counted():
            for packet in packets(container, container.streams.video, Health()):
                read.append(packet.is_keyframe)
                yield packet

        with key_frames_ahead(counted(), 0, decoder, lambda: True) as ahead:
            first = next(ahead)
            assert first.size > 1920 * 1080 * 1.5
            before = -1
            while before != len(read):
                before = len(read)
                time.sleep(0.2)
            assert 1 <= sum(read) <= 2 + BYTES_AHEAD // first.size
            assert sum(one.picture is not None for one in ahead) == 7

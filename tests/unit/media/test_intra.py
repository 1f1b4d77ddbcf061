"""Slices of H.264 that are coded by themselves are told from others, in streams of real encoders and in noise."""

import random
from collections import Counter
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.frame import PictureType

from scenedex.media.intra import all_intra, length_size


def film(path: Path, slices: str) -> None:
    """Three shots; the second begins too soon after the first for another key frame."""
    with av.open(str(path), "w") as container:
        options = {"x264-params": f"keyint=250:min-keyint=25:slices={slices}"}
        stream = container.add_stream("libx264", rate=25, options=options)
        stream.width, stream.height, stream.pix_fmt = 192, 112, "yuv420p"
        for n in range(75):
            shot = 0 if n < 10 else 1 if n < 40 else 2
            pixels = np.random.default_rng(shot).integers(0, 256, (112, 192, 3), dtype=np.uint8)
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame.pts, frame.time_base = n, Fraction(1, 25)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


@pytest.mark.parametrize("suffix", [".mp4", ".ts"])
@pytest.mark.parametrize("slices", ["1", "4"])
def test_a_shot_that_begins_too_soon_has_i_slices(tmp_path: Path, suffix: str, slices: str) -> None:
    path = tmp_path / f"film{suffix}"
    film(path, slices)
    found, kinds = {}, {}
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        size_bytes = length_size(stream.codec_context.extradata)
        assert size_bytes == (4 if suffix == ".mp4" else 0)
        for packet in container.demux(stream):
            if packet.size:
                found[packet.pts] = all_intra(bytes(packet), size_bytes)
                for picture in packet.decode():
                    kinds[picture.pts] = PictureType(picture.pict_type).name
            else:
                kinds |= {picture.pts: PictureType(picture.pict_type).name for picture in packet.decode()}
    assert {pts: kind == "I" for pts, kind in kinds.items()} == found
    assert Counter(kinds.values())["I"] == 3


def test_what_cannot_be_read_is_none() -> None:
    rng = random.Random(0)
    for size_bytes in (0, 1, 2, 4):
        assert not all_intra(b"", size_bytes)
        assert not all_intra(b"\0" * 50, size_bytes)
        for _ in range(500):
            all_intra(rng.randbytes(rng.randrange(40)), size_bytes)
    assert not all_intra(b"\0\0\1\x41\0\0\0", 0), "a slice whose header breaks off"
    assert not all_intra((2**32 - 1).to_bytes(4, "big") + b"\x41", 4)
    assert length_size(None) == length_size(b"") == length_size(b"\0\0\0\1gd") == 0
